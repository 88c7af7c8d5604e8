package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS from PEM files or a key store; changed files serve new connections, the others keep theirs. */
class TlsTest {
    private static final String PASSWORD = "secret1";

    @TempDir
    private static Path made;

    @TempDir
    private Path used;

    @BeforeAll
    static void makeCertificates() throws Exception {
        make("one", "EC");
        make("two", "EC");
        make("three", "RSA");
    }

    private static void make(String name, String algorithm) throws Exception {
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
                        algorithm,
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
        KeyStore keys = store(name, PASSWORD.toCharArray());
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

    @ParameterizedTest
    @ValueSource(strings = {"two", "three"})
    void aKeyThatIsNotThatOfItsCertificateIsRefusedInSettingsAndInChangedFiles(String other) throws Exception {
        use("one", ".crt", ".key");
        var settings = Map.of(
                "tlsCertificate", used.resolve("used.crt").toString(),
                "tlsKey", used.resolve("used.key").toString());
        try (Server server = server(settings)) {
            use(other, ".key");
            server.engine.tls().refresh();
            server.engine.tls().refresh();
            assertThat(server.engine.tls().problem().orElseThrow())
                    .contains("used.crt", "the private key is not that of the certificate");
            assertThatThrownBy(() -> server.engine.change(HttpSettings.read(settings)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the private key is not that of the certificate");
            try (RawClient client = secure(server)) {
                assertThat(nameOf(client)).isEqualTo("CN=one");
                assertThat(client.get("/see").reply().status()).isEqualTo(200);
            }

            use(other, ".crt");
            server.engine.tls().refresh();
            server.engine.tls().refresh();
            assertThat(server.engine.tls().problem()).isEmpty();
            try (RawClient client = secure(server)) {
                assertThat(nameOf(client)).isEqualTo("CN=" + other);
            }
        }
    }

    @Test
    void aKeyStoreWhoseKeyIsNotThatOfItsCertificateIsRefused() throws Exception {
        char[] secret = PASSWORD.toCharArray();
        KeyStore mixed = KeyStore.getInstance("PKCS12");
        mixed.load(null, null);
        mixed.setKeyEntry("key", store("one", secret).getKey("key", secret), secret, new Certificate[] {
            store("two", secret).getCertificate("key")
        });
        try (OutputStream out = Files.newOutputStream(used.resolve("mixed.p12"))) {
            mixed.store(out, secret);
        }
        var settings = HttpSettings.read(
                Map.of("port", "0", "tlsKeyStore", used.resolve("mixed.p12").toString(), "tlsPassword", PASSWORD));

        assertThatThrownBy(() -> new TlsContexts().set(settings.tls()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mixed.p12")
                .hasMessageContaining("the private key is not that of the certificate");
    }

    private static KeyStore store(String name, char[] secret) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(made.resolve(name + ".p12"))) {
            store.load(in, secret);
        }
        return store;
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
