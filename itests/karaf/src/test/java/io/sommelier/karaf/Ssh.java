package io.sommelier.karaf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/** The shell of a Karaf over SSH. Confined to one thread. */
final class Ssh implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final int port;
    private final SshClient client = SshClient.setUpDefaultClient();

    Ssh(int port) {
        this.port = port;
        client.setServerKeyVerifier((session, address, key) -> true);
        client.start();
    }

    /** Runs a line as the tester, who has a password; gives what it prints, both streams. */
    String run(String line) throws IOException {
        return run(Karaf.USER, Optional.empty(), line);
    }

    /** Runs a line as somebody who has that key. */
    String run(String user, KeyPair key, String line) throws IOException {
        return run(user, Optional.of(key), line);
    }

    private String run(String user, Optional<KeyPair> key, String line) throws IOException {
        try (ClientSession session =
                        client.connect(user, "127.0.0.1", port).verify(LIMIT).getSession();
                ByteArrayOutputStream printed = new ByteArrayOutputStream()) {
            key.ifPresentOrElse(session::addPublicKeyIdentity, () -> session.addPasswordIdentity(Karaf.PASSWORD));
            session.auth().verify(LIMIT);
            try (ClientChannel channel = session.createExecChannel(line)) {
                channel.setOut(printed);
                channel.setErr(printed);
                channel.open().verify(LIMIT);
                channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), LIMIT);
            }
            return printed.toString(StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        client.stop();
    }
}
