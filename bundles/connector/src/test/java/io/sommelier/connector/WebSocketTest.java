package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import io.sommelier.wire.TlsContext;
import io.sommelier.wire.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A connector that dials over a WebSocket. */
@Timeout(60)
class WebSocketTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String SUBPROTOCOL = "sommelier.v1";

    private final BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
    private final ScriptedController controller = new ScriptedController();
    private WebSocketAcceptor acceptor;
    private Connector connector;

    WebSocketTest() throws Exception {}

    @AfterEach
    void close() throws Exception {
        if (connector != null) {
            connector.close(Duration.ZERO);
        }
        if (acceptor != null) {
            acceptor.close();
        }
        controller.close();
    }

    private void accept(String subprotocols, Optional<TlsContext> tls) throws Exception {
        String address = controller.address();
        acceptor =
                new WebSocketAcceptor(Integer.parseInt(address.substring(address.indexOf(':') + 1)), subprotocols, tls);
    }

    private ConnectorBuilder dialling(String before, String path) {
        return Connector.builder("cellar-1")
                .controller(before + acceptor.port() + path)
                .dialWait(Duration.ofMillis(5), Duration.ofMillis(10))
                .onState(states::add);
    }

    private ConnectorState nextState(Phase phase) throws InterruptedException {
        ConnectorState state = next(states);
        while (state.phase() != phase) {
            state = next(states);
        }
        return state;
    }

    @Test
    void commandsGoBothWaysInFramesOfAnySize() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        connector = dialling("ws://127.0.0.1:", "")
                .serves("cellar")
                .handler("echo", CommandHandler.answering(Invocation::payload))
                .open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        assertThat(next(acceptor.requests)).isEqualTo("/sommelier null");

        byte[] large = new byte[300_000];
        java.util.Arrays.fill(large, (byte) 7);
        peer.send(Command.to("cellar", "echo")
                .payload(Payload.copyOf(new byte[1000]))
                .build());
        assertThat(next(peer.parts).payload().size()).isEqualTo(1000);
        CompletionStage<Reply> reply = connector
                .send(Command.to("kitchen", "cook")
                        .payload(Payload.copyOf(large))
                        .build())
                .result();
        ScriptedPeer.Taken taken = next(peer.commands);
        assertThat(taken.command().payload().size()).isEqualTo(large.length);
        peer.run(link -> link.part(
                taken.stream(),
                io.sommelier.api.Part.complete(Payload.ofText("soup")).build()));
        assertThat(reply.toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .payload()
                        .asText())
                .isEqualTo("soup");

        connector.close(LIMIT);
        assertThat(next(peer.ends).message()).isEqualTo("closed by its owner");
    }

    @Test
    void headersAreAskedForBeforeEachAttempt() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        AtomicInteger asked = new AtomicInteger();
        connector = dialling("ws://127.0.0.1:", "/sommelier")
                .headers(() -> Map.of("Authorization", "Bearer " + asked.incrementAndGet()))
                .open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(next(acceptor.requests)).isEqualTo("/sommelier Bearer 1");

        peer.vanish();

        controller.accept().welcome("");
        assertThat(next(acceptor.requests)).isEqualTo("/sommelier Bearer 2");
    }

    @Test
    void aHeaderWithALineBreakIsNotSent() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        connector = dialling("ws://127.0.0.1:", "")
                .headers(() -> Map.of("X-A", "1\r\nX-B: 2"))
                .open();

        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("X-A");
        assertThat(acceptor.requests).isEmpty();
    }

    @Test
    void aServerThatIsNoneOfOursEndsTheAttempt() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        connector = dialling("ws://127.0.0.1:", "/elsewhere")
                .connectLimit(Duration.ofMillis(500))
                .open();
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("cannot connect");
        connector.close(Duration.ZERO);
        acceptor.close();

        accept(null, Optional.empty());
        states.clear();
        connector = dialling("ws://127.0.0.1:", "").open();
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("ubprotocol");
    }

    @Test
    void aServerThatAcceptsAndSaysNothingIsGivenUpInTime() throws Exception {
        connector = Connector.builder("cellar-1")
                .controller("ws://" + controller.address())
                .connectLimit(Duration.ofMillis(200))
                .onState(states::add)
                .open();
        controller.acceptSilently();

        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("200 ms");
    }

    @Test
    void aTextFrameEndsTheChannelAndItComesBack() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        connector = dialling("ws://127.0.0.1:", "").open();
        controller.accept().welcome("");
        assertThat(nextState(Phase.ACTIVE)).isNotNull();

        next(acceptor.accepted).writeAndFlush(new TextWebSocketFrame("hello"));

        assertThat(nextState(Phase.LOST).goodbye().orElseThrow().message()).contains("not binary");
        controller.accept().welcome("");
        assertThat(nextState(Phase.ACTIVE)).isNotNull();
    }

    @Test
    void aPoliteCloseOfTheWebSocketIsALossAndNoWordToStayAway() throws Exception {
        accept(SUBPROTOCOL, Optional.empty());
        connector = dialling("ws://127.0.0.1:", "").open();
        controller.accept().welcome("");
        Channel first = next(acceptor.accepted);
        assertThat(nextState(Phase.ACTIVE)).isNotNull();

        first.writeAndFlush(new CloseWebSocketFrame(1000, "bye"));

        assertThat(nextState(Phase.LOST)).isNotNull();
        controller.accept().welcome("");
        assertThat(nextState(Phase.ACTIVE)).isNotNull();
    }

    @Test
    void overTlsTheHostIsVerified(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestCertificate server = authority.issue("server", "dns:localhost", "-1d");
        accept(
                SUBPROTOCOL,
                Optional.of(new TlsContext(TlsFiles.NONE.withCertificate(server.certificate(), server.key(), ""))));
        TlsFiles trusting = TlsFiles.NONE.withTrust(authority.trusted());

        connector = dialling("wss://127.0.0.1:", "").tls(trusting).open();
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("127.0.0.1");
        connector.close(Duration.ZERO);

        connector = dialling("wss://localhost:", "").tls(trusting).open();
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aContextOfItsOwnersIsUsedAndTheHostVerifiedAllTheSame(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestCertificate server = authority.issue("server", "dns:localhost", "-1d");
        accept(
                SUBPROTOCOL,
                Optional.of(new TlsContext(TlsFiles.NONE.withCertificate(server.certificate(), server.key(), ""))));
        SSLContext trusting = TlsFiles.NONE.withTrust(authority.trusted()).load();

        connector = dialling("wss://127.0.0.1:", "").tls(trusting).open();
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("127.0.0.1");
        connector.close(Duration.ZERO);

        connector =
                dialling("wss://localhost:", "").tls(SSLContext.getDefault()).open();
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("PKIX");
        connector.close(Duration.ZERO);

        connector = dialling("wss://localhost:", "").tls(trusting).open();
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }
}
