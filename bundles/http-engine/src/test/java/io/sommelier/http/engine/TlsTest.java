package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from PEM files or a key store; changed files serve new connections, the others keep theirs. */
class TlsTest {
    private static final String PASSWORD = "secret1";

    @TempDir
    private static Path made;

    @TempDir
    private Path used;

    @BeforeAll
    static void makeCertificates() throws Exception {
        make("one");
        make("two");
    }

    private static void make(String name) throws Exception {
        Path store = made.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-J-XX:+UseSerialGC",
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(made.resolve(name + ".log").toFile())
                .start();
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        Files.writeString(
                made.resolve(name + ".crt"),
                pem("CERTIFICATE", keys.getCertificate("key").getEncoded()));
        Files.writeString(
                made.resolve(name + ".key"),
                pem("PRIVATE KEY", keys.getKey("key", PASSWORD.toCharArray()).getEncoded()));
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    private void use(String name, String... endings) throws Exception {
        for (String ending : endings) {
            Files.copy(made.resolve(name + ending), used.resolve("used" + ending), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Server server(Map<String, String> settings) throws Exception {
        return Server.with(settings, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/see").setBody(simple("${header.CamelHttpUrl}"));
            }
        });
    }

    @Test
    void changedPemFilesServeNewConnectionsWhileTheOldOneGoesOn() throws Exception {
        use("one", ".crt", ".key");
        var settings = Map.of(
                "tlsCertificate", used.resolve("used.crt").toString(),
                "tlsKey", used.resolve("used.key").toString(),
                "tlsCheck", "100ms");
        try (Server server = server(settings);
                RawClient old = secure(server)) {
            assertThat(old.get("/see").reply().text()).isEqualTo("https://a/see");
            assertThat(nameOf(old)).isEqualTo("CN=one");

            use("two", ".crt", ".key");

            await().until(() -> {
                try (RawClient client = secure(server)) {
                    return nameOf(client).equals("CN=two");
                }
            });
            assertThat(old.get("/see").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void filesThatDoNotFitAreRefusedAndTheCertificateInEffectStays() throws Exception {
        use("one", ".crt", ".key");
        var settings = Map.of(
                "tlsCertificate", used.resolve("used.crt").toString(),
                "tlsKey", used.resolve("used.key").toString());
        try (Server server = server(settings)) {
            Files.writeString(used.resolve("used.crt"), "no certificate");
            server.engine.tls().refresh();
            assertThat(server.engine.tls().problem()).as("at the first look").isEmpty();
            server.engine.tls().refresh();
            assertThat(server.engine.tls().problem().orElseThrow()).contains("used.crt", "cannot be used");

            try (RawClient client = secure(server)) {
                assertThat(nameOf(client)).isEqualTo("CN=one");
            }
            assertThatThrownBy(() -> server.engine.change(HttpSettings.read(Map.of(
                            "port", "0", "tlsKeyStore", used.resolve("absent").toString()))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("absent");
            try (RawClient client = secure(server)) {
                assertThat(client.get("/see").reply().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aKeyStoreServesAndSettingsMayNameAnother() throws Exception {
        try (Server server = server(store("one"));
                RawClient old = secure(server)) {
            assertThat(nameOf(old)).isEqualTo("CN=one");

            server.engine.change(HttpSettings.read(store("two")));

            try (RawClient client = secure(server)) {
                assertThat(nameOf(client)).isEqualTo("CN=two");
            }
            assertThat(old.get("/see").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aClientWithoutTlsIsClosed() throws Exception {
        try (Server server = server(store("one"));
                RawClient plain = server.client()) {
            plain.get("/see");

            assertThatThrownBy(plain::reply).isInstanceOf(Exception.class);
        }
    }

    private static Map<String, String> store(String name) {
        return Map.of("port", "0", "tlsKeyStore", made.resolve(name + ".p12").toString(), "tlsPassword", PASSWORD);
    }

    private static RawClient secure(Server server) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
        var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.startHandshake();
        return new RawClient(socket);
    }

    private static String nameOf(RawClient client) throws Exception {
        var session = ((SSLSocket) client.socket).getSession();
        return ((X509Certificate) session.getPeerCertificates()[0])
                .getSubjectX500Principal()
                .getName();
    }

    /** For certificates made by the test. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
