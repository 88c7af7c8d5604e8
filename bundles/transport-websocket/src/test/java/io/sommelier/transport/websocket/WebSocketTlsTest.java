package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
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
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
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
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over TLS: who gets through, who does not and why, and what changed files do. What is the same in every transport is told once, by that of TCP. */
@Timeout(60)
class WebSocketTlsTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration HEARTBEAT = Duration.ofMillis(300);

    @TempDir
    private static Path issued;

    private static TestAuthority authority;
    private static TestAuthority stranger;
    private static TestCertificate first;
    private static TestCertificate second;
    private static TestCertificate cellar;
    private static TestCertificate forged;

    @TempDir
    private Path used;

    private final List<Connector> connectors = new ArrayList<>();
    private final BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
    private WebSocketNode node;

    @BeforeAll
    static void issue() {
        authority = new TestAuthority(issued, "authority");
        stranger = new TestAuthority(issued, "stranger");
        first = authority.issue("first");
        second = authority.issue("second");
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
        node = new WebSocketNode("node-1", WebSocketNode.settings().withTls(tls));
    }

    private static TlsFiles trusting() {
        return TlsFiles.NONE.withTrust(authority.trusted());
    }

    private ConnectorBuilder dialling(String host, TlsFiles files) {
        return diallingTo("wss://" + host + ":" + node.port(), files);
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
    }

    @Test
    void aClientWithJsonIsServedAsWell() throws Exception {
        start(serving(usedFiles()));
        cellar(trusting());
        try (RawClient client = secure()) {
            assertThat(client.request(RawClient.request(node.port(), "sommelier.json.v1")))
                    .startsWith("HTTP/1.1 101 ");
            client.sendText("{\"type\":\"hello\",\"instance\":\"script\"}");
            assertThat(client.readUntil(RawClient.TEXT).text()).contains("\"type\":\"welcome\"");

            client.sendText("{\"type\":\"command\",\"stream\":1,\"operation\":\"pour\",\"target\":\"cellar\"}");
            assertThat(client.readUntil(RawClient.TEXT).text()).contains("\"text\":\"red\"");

            client.sendText("{\"type\":\"goodbye\"}");
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1000);
            assertThat(client.rest()).isEmpty(); // would fail without the close_notify
        }
    }

    /** The client's end of a socket with TLS, which insists on a close_notify before the end. */
    private RawClient secure() throws Exception {
        return new RawClient(trusting().load().getSocketFactory().createSocket("127.0.0.1", node.port()));
    }

    @Test
    void aRefusalIsReadToItsEndAndTheTlsIsClosedBehindIt() throws Exception {
        start(serving(usedFiles()));
        try (RawClient client = secure()) {
            String head = client.request(
                    RawClient.request(node.port(), "sommelier.v1").replace("/sommelier ", "/elsewhere "));

            assertThat(head).startsWith("HTTP/1.1 404 ");
            assertThat(client.rest()).contains("the path is /sommelier"); // would fail without the close_notify
        }
    }

    // --- who speaks something else ----------------------------------------------------------------------------

    @Test
    void aRequestInTheClearIsRefusedWithTheReasonAndTheLogHasOneLineHoweverManyThereAre() throws Exception {
        String log = logOf(() -> {
            start(serving(usedFiles()));
            for (int i = 0; i < 50; i++) {
                try (RawClient plain = new RawClient(node.port())) {
                    assertThat(plain.request(RawClient.request(node.port(), "sommelier.v1")))
                            .startsWith("HTTP/1.1 400 ");
                    assertThat(plain.rest()).contains("only TLS is spoken here");
                }
            }
        });

        assertThat(log.lines().filter(line -> line.contains("it speaks none"))).hasSize(1);
        assertThat(log.lines().filter(line -> line.contains("upgrades refused")))
                .isEmpty();
        active(dialling("localhost", trusting()));
    }

    @Test
    void aConnectorInTheClearIsToldWhatToDo() throws Exception {
        start(serving(usedFiles()));

        assertThat(fault(diallingTo("ws://localhost:" + node.port(), trusting())))
                .contains("400")
                .contains("only TLS is spoken here");
    }

    @Test
    void aClientWithTlsWhereThereIsNoneIsToldAtOnce() throws Exception {
        start(TlsSettings.OFF);

        assertThatThrownBy(() -> secure().request("")).isInstanceOf(SSLException.class);
        assertThat(fault(dialling("localhost", trusting()))).contains("TLS is not spoken there");
        active(diallingTo("ws://localhost:" + node.port(), trusting()));
    }

    /** What is logged while something is done. */
    private static String logOf(Callable task) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            task.call();
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }

    private interface Callable {
        void call() throws Exception;
    }

    @Test
    void bytesThatAreNeitherEndTheSocketAndOthersGoOn() throws Exception {
        start(serving(usedFiles()).withTimes(SOON, Duration.ofMillis(200)));

        assertIsClosed(new byte[0]);
        assertIsClosed(new byte[] {22, 3, 1, 1, 0, 1});
        assertIsClosed(new byte[] {22, 9, 9, 9, 9, 9, 9, 9, 9, 9});
        assertIsClosed("nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        active(dialling("localhost", trusting()));
    }

    private void assertIsClosed(byte[] bytes) throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            client.raw(bytes);
            assertThat(client.isClosed()).isTrue();
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

        Files.writeString(used.resolve("used.crt"), "no certificate");
        await().atMost(LIMIT).until(() -> node.transport().problem().isPresent());

        assertThat(node.transport().problem().orElseThrow()).contains("used.crt");
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
                        .settings(WebSocketSettings.defaults()
                                .withAddress("127.0.0.1", 0, "/elsewhere")
                                .withTls(serving(TlsFiles.NONE.withKeyStore(used.resolve("absent.p12"), ""))))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("absent.p12")
                .hasMessageContaining("no such file");

        assertThat(node.port()).isEqualTo(port);
        active(diallingTo("ws://localhost:" + port + "/sommelier", trusting()));
    }

    @Test
    void tlsComesAndGoesWithTheSettingsAndTheChannelsStay() throws Exception {
        start(TlsSettings.OFF);
        Connector plain = active(Connector.builder("plain")
                .controller("ws://127.0.0.1:" + node.port())
                .onState(states::add));
        WebSocketSettings same = WebSocketNode.settings();

        node.transport()
                .settings(same.withTls(serving(usedFiles())))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        active(dialling("localhost", trusting()));
        assertThat(plain.isActive()).isTrue();

        node.transport().settings(same).toCompletableFuture().get(10, TimeUnit.SECONDS);
        active(Connector.builder("plain-2").controller("ws://127.0.0.1:" + node.port()));
        assertThat(states).extracting(ConnectorState::phase).doesNotContain(Phase.LOST);
    }

    // --- a network that swallows bytes ------------------------------------------------------------------------

    @Test
    void aNetworkThatSwallowsWhatIsSentIsFoundByBothEnds() throws Exception {
        LinkSettings quick = Controlled.times(Duration.ofSeconds(5), HEARTBEAT);
        node = new WebSocketNode(
                "node-1", WebSocketNode.settings().withLink(quick).withTls(serving(usedFiles())));
        Cable cable = new Cable(0, node.port());
        Connector far = active(diallingTo("wss://localhost:" + cable.localPort(), trusting())
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
