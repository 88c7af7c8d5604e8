package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandHandler;
import io.sommelier.connector.Connector;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The ports of a Karaf with TLS, and their certificates: PEM files for TCP and HTTP, a PKCS#12 store for WebSocket. Confined to one thread. */
final class TlsFront implements AutoCloseable {
    private static final Pattern CHANNEL =
            Pattern.compile("\"channel\"\\s*:\\s*\"([^\"]*)\",\\s*\"instance\"\\s*:\\s*\"([^\"]*)\"");

    private final Karaf karaf;
    private final Map<String, TestCertificate> issued;
    private final Path used;
    private final TlsFiles trusting;
    private final HttpClient client;

    TlsFront(Karaf karaf, Path directory) throws IOException {
        this.karaf = karaf;
        TestAuthority authority = new TestAuthority(directory, "house");
        issued = Map.of("first", authority.issue("first"), "second", authority.issue("second"));
        used = Files.createDirectories(karaf.home().resolve("etc/tls"));
        trusting = TlsFiles.NONE.withTrust(authority.trusted());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context())
                .build();
        use("first");
    }

    private SSLContext context() {
        return trusting.load();
    }

    /** Puts a certificate in the place of the one before, for all ports. */
    void use(String name) throws IOException {
        TestCertificate certificate = issued.get(name);
        Files.copy(certificate.certificate(), used.resolve("used.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificate.key(), used.resolve("used.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificate.keyStore(), used.resolve("used.p12"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Leaves files that nobody can read. */
    void breakFiles() throws IOException {
        Files.writeString(used.resolve("used.crt"), "no certificate");
        Files.writeString(used.resolve("used.p12"), "no store");
    }

    /** Turns TLS on, by the settings of the running Karaf. */
    void secure() throws IOException {
        Map<String, String> pem = Map.of(
                "tlsCertificate", used.resolve("used.crt").toString(),
                "tlsKey", used.resolve("used.key").toString(),
                "tlsCheck", "500ms");
        karaf.edit("io.sommelier.transport.tcp", pem);
        karaf.edit("io.sommelier.http.engine", pem);
        karaf.edit(
                "io.sommelier.transport.websocket",
                Map.of(
                        "tlsKeyStore",
                        used.resolve("used.p12").toString(),
                        "tlsPassword",
                        TestAuthority.PASSWORD,
                        "tlsCheck",
                        "500ms"));
        eventually(() -> assertThat(subjects()).isNotEmpty());
    }

    /** Turns TLS off again. */
    @Override
    public void close() throws IOException {
        for (String pid :
                List.of("io.sommelier.transport.tcp", "io.sommelier.http.engine", "io.sommelier.transport.websocket")) {
            karaf.edit(pid, Map.of("tlsCertificate", "", "tlsKey", "", "tlsKeyStore", "", "tlsPassword", ""));
        }
    }

    /** A connector that serves {@code pour} of a target of its name, by any address. */
    Connector serving(String instance, String address) throws InterruptedException {
        Connector connector = Connector.builder(instance)
                .controller(address)
                .tls(trusting)
                .dialWait(Duration.ofMillis(50), Duration.ofMillis(500))
                .serves(instance)
                .handler(
                        "pour",
                        CommandHandler.answering(
                                invocation -> invocation.command().payload()))
                .open();
        assertThat(connector.awaitActive(Duration.ofSeconds(60)))
                .as(connector.state().toString())
                .isTrue();
        return connector;
    }

    /** Whose certificates new handshakes are shown, at all three ports; fails where one has no TLS. */
    Set<String> subjects() throws IOException {
        Set<String> subjects = new TreeSet<>();
        for (int port : List.of(
                karaf.ports().tcp(), karaf.ports().webSocket(), karaf.ports().http())) {
            try (SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket("127.0.0.1", port)) {
                socket.setSoTimeout(10_000);
                socket.startHandshake();
                subjects.add(socket.getSession().getPeerPrincipal().getName());
            }
        }
        return subjects;
    }

    /** The instances that have a channel, by the id of the channel. */
    Map<String, String> channels() throws IOException {
        Map<String, String> channels = new TreeMap<>();
        Matcher channel = CHANNEL.matcher(get("/channels"));
        while (channel.find()) {
            channels.put(channel.group(1), channel.group(2));
        }
        return channels;
    }

    private String get(String path) throws IOException {
        return send(HttpRequest.newBuilder(address(path)).build());
    }

    /** What is answered over https. */
    String answer(String target, String operation, String body) throws IOException {
        return send(HttpRequest.newBuilder(address("/commands/" + target + "/" + operation))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private URI address(String path) {
        return URI.create("https://localhost:" + karaf.ports().http() + path);
    }

    private String send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
