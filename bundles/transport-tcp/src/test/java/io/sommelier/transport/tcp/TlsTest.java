package io.sommelier.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.connector.ConnectorState;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.testkit.Cable;
import io.sommelier.testkit.FixedCredentials;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import io.sommelier.transport.link.CertificateVerifier;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.transport.link.TlsSettings.Clients;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS on both ends: who gets through, who does not and why, and what changed files do. */
@Timeout(60)
class TlsTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration HEARTBEAT = Duration.ofMillis(300);

    @TempDir
    private static Path issued;

    private static TestAuthority authority;
    private static TestAuthority stranger;
    private static TestCertificate first;
    private static TestCertificate second;
    private static TestCertificate expired;
    private static TestCertificate elsewhere;
    private static TestCertificate cellar;
    private static TestCertificate forged;

    @TempDir
    private Path used;

    private final List<Connector> connectors = new ArrayList<>();
    private final BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
    private TcpNode node;

    @BeforeAll
    static void issue() {
        authority = new TestAuthority(issued, "authority");
        stranger = new TestAuthority(issued, "stranger");
        first = authority.issue("first");
        second = authority.issue("second");
        expired = authority.issue("expired", "dns:localhost,ip:127.0.0.1", "-9d");
        elsewhere = authority.issue("elsewhere", "dns:elsewhere.example", "-1d");
        cellar = authority.issue("cellar", "dns:nowhere", "-1d");
        forged = stranger.issue("forged");
    }

    @BeforeEach
    void copy() throws IOException {
        use(first);
    }

    @AfterEach
    void close() {
        connectors.forEach(connector -> connector.closeLater(Duration.ZERO));
        if (node != null) {
            node.close();
        }
        connectors.forEach(Connector::close);
    }

    private void use(TestCertificate certificate) throws IOException {
        Files.copy(certificate.certificate(), used.resolve("used.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificate.key(), used.resolve("used.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificate.keyStore(), used.resolve("used.p12"), StandardCopyOption.REPLACE_EXISTING);
    }

    private TlsSettings serving(TlsFiles files) {
        return TlsSettings.OFF.withFiles(files).withTimes(SOON, Duration.ofSeconds(5));
    }

    private TlsFiles usedFiles() {
        return TlsFiles.NONE.withCertificate(used.resolve("used.crt"), used.resolve("used.key"), "");
    }

    private TlsFiles usedStore() {
        return TlsFiles.NONE.withKeyStore(used.resolve("used.p12"), TestAuthority.PASSWORD);
    }

    private void start(TlsSettings tls) {
        node = new TcpNode("node-1", TcpNode.settings().withTls(tls, false));
    }

    private static TlsFiles trusting() {
        return TlsFiles.NONE.withTrust(authority.trusted());
    }

    private ConnectorBuilder dialling(String host, TlsFiles files) {
        return diallingTo("tls://" + host + ":" + node.port(), files);
    }

    private ConnectorBuilder diallingTo(String address, TlsFiles files) {
        return Connector.builder("guest-" + connectors.size())
                .controller(address)
                .tls(files)
                .dialWait(Duration.ofMillis(10), Duration.ofMillis(100))
                .onState(states::add);
    }

    private Connector open(ConnectorBuilder builder) {
        Connector connector = builder.open();
        connectors.add(connector);
        return connector;
    }

    private Connector active(ConnectorBuilder builder) throws InterruptedException {
        Connector connector = open(builder);
        assertThat(connector.awaitActive(LIMIT))
                .as(connector.state().toString())
                .isTrue();
        return connector;
    }

    private String fault(ConnectorBuilder builder) throws InterruptedException {
        Connector connector = open(builder);
        String fault = fault(connector, Phase.UNREACHED);
        connector.close(Duration.ZERO);
        states.clear();
        return fault;
    }

    private String fault(Connector connector, Phase phase) throws InterruptedException {
        ConnectorState state = states.poll(10, TimeUnit.SECONDS);
        while (state != null && state.phase() != phase) {
            state = states.poll(10, TimeUnit.SECONDS);
        }
        assertThat(state).as("of " + phase + ": " + connector.state()).isNotNull();
        assertThat(connector.isActive()).isFalse();
        return state.goodbye().orElseThrow().message();
    }

    private static String pour(Connector sender) {
        return sender.send(Command.to("cellar", "pour").build())
                .result()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .payload()
                .asText();
    }

    private Connector cellar(TlsFiles files) throws InterruptedException {
        return active(dialling("localhost", files)
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> Payload.ofText("red"))));
    }

    // --- who gets through -------------------------------------------------------------------------------------

    @Test
    void commandsAreCarriedWithPemFilesByNameAndByAddress() throws Exception {
        start(serving(usedFiles()));
        cellar(trusting());

        assertThat(pour(active(dialling("localhost", trusting())))).isEqualTo("red");
        assertThat(pour(active(dialling("127.0.0.1", trusting())))).isEqualTo("red");
    }

    @Test
    void aPkcs12StoreServesAsWell() throws Exception {
        start(serving(TlsFiles.NONE.withKeyStore(first.keyStore(), TestAuthority.PASSWORD)));

        active(dialling("localhost", trusting()));
    }

    @Test
    void anUntrustedCertificateEndsTheAttempt() throws Exception {
        start(serving(usedFiles()));

        assertThat(fault(dialling("localhost", TlsFiles.NONE.withTrust(stranger.trusted()))))
                .contains("PKIX");
        assertThat(fault(dialling("localhost", TlsFiles.NONE))).contains("PKIX");
    }

    @Test
    void anExpiredCertificateEndsTheAttempt() throws Exception {
        use(expired);
        start(serving(usedFiles()));

        assertThat(fault(dialling("localhost", trusting()))).contains("validity");
    }

    @Test
    void theCertificateOfAnotherHostEndsTheAttemptUnlessAnyHostWillDo() throws Exception {
        use(elsewhere);
        start(serving(usedFiles()));

        assertThat(fault(dialling("localhost", trusting()))).contains("localhost");
        assertThat(fault(dialling("127.0.0.1", trusting()))).contains("127.0.0.1");
        active(dialling("localhost", trusting()).anyHost());
    }

    @Test
    void aConnectorInTheClearIsRefusedAtOnceWithTheReason() throws Exception {
        start(serving(usedFiles()));

        Connector plain = open(Connector.builder("plain")
                .controller("tcp://127.0.0.1:" + node.port())
                .dialWait(LIMIT, LIMIT)
                .onState(states::add));

        assertThat(fault(plain, Phase.REFUSED)).contains("only TLS is spoken here");
    }

    @Test
    void aConnectorWithTlsAtAPlainPortIsToldSo() throws Exception {
        start(TlsSettings.OFF);

        assertThat(fault(dialling("localhost", trusting()))).contains("TLS is not spoken there");
    }

    @Test
    void bytesThatAreNeitherEndTheSocketAndOthersGoOn() throws Exception {
        start(serving(usedFiles()));

        assertThat(answerTo("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .isNotNull();
        assertThat(answerTo(new byte[] {22, 9, 9, 9, 9, 9, 9, 9, 9, 9})).isNotNull();

        active(dialling("localhost", trusting()));
    }

    @Test
    void whoSaysNothingOrStopsInTheHandshakeIsClosedWithinTheLimit() throws Exception {
        start(serving(usedFiles()).withTimes(SOON, Duration.ofMillis(200)));

        assertThat(answerTo(new byte[0])).isEmpty();
        assertThat(answerTo(new byte[] {22, 3, 1, 1, 0, 1})).isNotNull();
    }

    /** What comes until the end of the stream, or a reset; fails when that takes longer than 10 s. */
    private byte[] answerTo(byte[] bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes);
            try (InputStream in = socket.getInputStream()) {
                return in.readAllBytes();
            } catch (java.net.SocketException reset) {
                return new byte[0];
            }
        }
    }

    // --- client certificates ----------------------------------------------------------------------------------

    private TlsSettings asking(Clients clients) {
        return serving(usedFiles().withTrust(authority.trusted())).withClients(clients);
    }

    private static TlsFiles showing(TestCertificate certificate) {
        return trusting().withCertificate(certificate.certificate(), certificate.key(), "");
    }

    private List<String> principals() {
        return node.controller().admin().channels().stream()
                .map(channel -> channel.principal())
                .toList();
    }

    @Test
    void aRequiredCertificateLetsOnlyItsOwnersInAndNamesThem() throws Exception {
        start(asking(Clients.REQUIRED));
        node.controller().verifiers(List.of(new CertificateVerifier()));

        assertThat(fault(dialling("localhost", trusting()))).contains("certificate");
        assertThat(fault(dialling("localhost", showing(forged)))).contains("certificate");
        assertThat(fault(dialling("localhost", showing(expired)))).contains("certificate");
        active(dialling("localhost", showing(cellar)));

        assertThat(principals()).containsExactly("CN=cellar");
    }

    @Test
    void anOptionalCertificateLeavesTheTokenOfTheOthers() throws Exception {
        start(asking(Clients.OPTIONAL));
        node.controller().verifiers(List.of(new CertificateVerifier(), new FixedCredentials().know("secret", "ann")));

        active(dialling("localhost", showing(cellar)));
        active(dialling("localhost", trusting()).credential(FixedCredentials.token("secret")));
        active(dialling("localhost", showing(cellar)).credential(FixedCredentials.token("secret")));

        assertThat(principals()).containsExactlyInAnyOrder("CN=cellar", "ann", "ann");
    }

    @Test
    void nobodySaysOfHimselfThatHeHasShownACertificate() throws Exception {
        start(asking(Clients.OPTIONAL));
        node.controller().verifiers(List.of(new CertificateVerifier()));

        Connector liar = open(dialling("localhost", trusting())
                .credential(new Credential(CertificateVerifier.SCHEME, Payload.ofText("CN=cellar"))));

        assertThat(fault(liar, Phase.CLOSED)).contains("TLS handshake");
        assertThat(liar.state().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    // --- dialling ---------------------------------------------------------------------------------------------

    @Test
    void aMemberIsDialledWithTlsAndItsHostVerified() throws Exception {
        start(TlsSettings.OFF);
        Connector right = open(Connector.builder("right")
                .serves("cellar")
                .listenOn("127.0.0.1", 0)
                .tls(TlsFiles.NONE.withCertificate(first.certificate(), first.key(), "")));
        Connector wrong = open(Connector.builder("wrong")
                .serves("cellar")
                .listenOn("127.0.0.1", 0)
                .tls(TlsFiles.NONE.withCertificate(elsewhere.certificate(), elsewhere.key(), "")));
        List<HostPort> members =
                List.of(new HostPort("localhost", right.localPort()), new HostPort("localhost", wrong.localPort()));

        node.transport()
                .settings(TcpNode.settings()
                        .withMembers(members, Duration.ofMillis(10), Duration.ofMillis(50))
                        .withTls(serving(trusting()), true))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        assertThat(right.awaitActive(LIMIT)).isTrue();
        assertThat(wrong.awaitActive(Duration.ofMillis(500))).isFalse();
    }

    // --- changed files ----------------------------------------------------------------------------------------

    private String nameOfServer() throws Exception {
        try (javax.net.ssl.SSLSocket socket =
                (javax.net.ssl.SSLSocket) trusting().load().getSocketFactory().createSocket("127.0.0.1", node.port())) {
            socket.setSoTimeout(10_000);
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    @ParameterizedTest(name = "PKCS#12: {0}")
    @ValueSource(booleans = {false, true})
    void changedFilesServeNewHandshakesWhileCommandsFlowOnTheChannelsThatAreThere(boolean isStore) throws Exception {
        start(serving(isStore ? usedStore() : usedFiles()));
        cellar(trusting());
        Connector sender = active(dialling("localhost", trusting()));
        assertThat(nameOfServer()).isEqualTo("CN=first");

        for (TestCertificate next : List.of(second, first, second)) {
            use(next);
            await().atMost(LIMIT).until(() -> {
                assertThat(pour(sender)).isEqualTo("red");
                return nameOfServer().equals(next.subject());
            });
        }

        assertThat(states).extracting(ConnectorState::phase).doesNotContain(Phase.LOST);
        assertThat(node.members("cellar")).isOne();
    }

    @Test
    void badFilesLeaveWhatWasInEffectAndAreShownUntilTheyAreMended() throws Exception {
        start(serving(usedFiles()));
        assertThat(node.transport().problem()).isEmpty();

        Files.copy(second.certificate(), used.resolve("used.crt"), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(LIMIT).until(() -> node.transport().problem().isPresent());

        assertThat(node.transport().problem().orElseThrow()).contains("not that of the certificate");
        assertThat(nameOfServer()).isEqualTo("CN=first");

        use(second);
        await().atMost(LIMIT).until(() -> node.transport().problem().isEmpty());
        assertThat(nameOfServer()).isEqualTo("CN=second");
    }

    @Test
    void changedSettingsWithBadFilesAreRefusedWhole() throws Exception {
        start(TlsSettings.OFF);
        int port = node.port();

        assertThatThrownBy(() -> node.transport()
                        .settings(TcpSettings.defaults()
                                .withAddress("127.0.0.1", 0)
                                .withTls(serving(TlsFiles.NONE.withKeyStore(used.resolve("absent.p12"), "")), false))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("absent.p12")
                .hasMessageContaining("no such file");

        assertThat(node.port()).isEqualTo(port);
    }

    @Test
    void tlsComesAndGoesWithTheSettingsAndTheChannelsStay() throws Exception {
        start(TlsSettings.OFF);
        Connector plain = active(Connector.builder("plain")
                .controller("127.0.0.1:" + node.port())
                .onState(states::add));
        TcpSettings same = TcpNode.settings();

        node.transport()
                .settings(same.withTls(serving(usedFiles()), false))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        active(dialling("localhost", trusting()));
        assertThat(plain.isActive()).isTrue();

        node.transport().settings(same).toCompletableFuture().get(10, TimeUnit.SECONDS);
        active(Connector.builder("plain-2").controller("127.0.0.1:" + node.port()));
        assertThat(states).extracting(ConnectorState::phase).doesNotContain(Phase.LOST);
    }

    // --- a network that swallows bytes ------------------------------------------------------------------------

    @Test
    void aNetworkThatSwallowsWhatIsSentIsFoundByBothEnds() throws Exception {
        LinkSettings defaults = LinkSettings.defaults();
        LinkSettings quick = new LinkSettings(
                defaults.maxFrameBytes(),
                defaults.maxMessageBytes(),
                defaults.maxHeaderBytes(),
                defaults.maxStreams(),
                defaults.maxAssemblyBytes(),
                defaults.helloLimit(),
                HEARTBEAT);
        node = new TcpNode("node-1", TcpNode.settings().withLink(quick).withTls(serving(usedFiles()), false));
        Cable cable = new Cable(0, node.port());
        Connector far = active(diallingTo("tls://localhost:" + cable.localPort(), trusting())
                .serves("cellar")
                .link(quick));
        await().atMost(LIMIT).until(() -> node.members("cellar") == 1);
        states.clear();

        cable.hold();

        assertThat(fault(far, Phase.LOST)).contains("no sign of life");
        await().atMost(LIMIT).until(() -> node.members("cellar") == 0);
        cable.cut();
    }
}
