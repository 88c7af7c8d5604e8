package io.sommelier.remote;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;

/**
 * Runs one line in a shell over SSH, and prints what it prints. It needs no terminal, and ends within its limit.
 *
 * <p>Exit codes: that of the line; 125 the shell cannot be had, 124 the limit, 2 wrong arguments.
 */
public final class Shell {
    private static final int USAGE = 2;
    private static final int LIMIT = 124;
    private static final int NO_SHELL = 125;
    private static final Duration LOGIN_LIMIT = Duration.ofSeconds(10);

    private Shell() {}

    /** The program: host and port, user, the file of the user's key, the public key of the host, the limit in seconds, the line. */
    public static void main(String[] arguments) {
        if (arguments.length != 7) {
            System.err.println("Usage: Shell HOST PORT USER KEY HOST-KEY SECONDS LINE");
            System.exit(USAGE);
        }
        int exitCode;
        try {
            exitCode = run(
                    arguments[0],
                    Integer.parseInt(arguments[1]),
                    arguments[2],
                    Path.of(arguments[3]),
                    Path.of(arguments[4]),
                    Duration.ofSeconds(Long.parseLong(arguments[5])),
                    arguments[6]);
        } catch (IOException | GeneralSecurityException problem) {
            System.err.println("shell: " + arguments[0] + ":" + arguments[1] + ": " + problem.getMessage());
            exitCode = NO_SHELL;
        }
        System.exit(exitCode); // threads of the client may be about
    }

    private static int run(String host, int port, String user, Path key, Path hostKey, Duration limit, String line)
            throws IOException, GeneralSecurityException {
        SshClient client = SshClient.setUpDefaultClient();
        // Neither the keys nor the settings of whoever runs it.
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setServerKeyVerifier(isKeyOf(hostKey));
        client.start();
        try (ClientSession session =
                client.connect(user, host, port).verify(LOGIN_LIMIT).getSession()) {
            for (KeyPair pair : new FileKeyPairProvider(key).loadKeys(session)) {
                session.addPublicKeyIdentity(pair);
            }
            session.auth().verify(LOGIN_LIMIT);
            return run(session, limit, line);
        }
    }

    private static int run(ClientSession session, Duration limit, String line) throws IOException {
        OutputStream out = new PlainText(new FileOutputStream(FileDescriptor.out));
        OutputStream err = new PlainText(new FileOutputStream(FileDescriptor.err));
        ChannelExec channel = session.createExecChannel(line);
        channel.setOut(out);
        channel.setErr(err);
        channel.open().verify(LOGIN_LIMIT);
        Set<ClientChannelEvent> events = channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), limit);
        if (events.contains(ClientChannelEvent.TIMEOUT)) {
            System.err.println("shell: no end within " + limit.toSeconds() + " s");
            return LIMIT;
        }
        if (channel.getExitStatus() == null) {
            System.err.println("shell: the connection ended before the command did");
            return NO_SHELL;
        }
        return channel.getExitStatus();
    }

    /** The key of the host is made when somebody connects for the first time, so the file is read when its key is shown. */
    private static ServerKeyVerifier isKeyOf(Path file) {
        return (session, address, shown) -> {
            try {
                return isEncodedIn(Files.readString(file), shown);
            } catch (IOException missing) {
                return false;
            }
        };
    }

    /** Whether this is the key of a PEM file. */
    static boolean isEncodedIn(String pem, PublicKey key) {
        String encoded = Base64.getEncoder().encodeToString(key.getEncoded());
        return pem.replaceAll("-----[A-Z ]+-----|\\s", "").equals(encoded);
    }
}
