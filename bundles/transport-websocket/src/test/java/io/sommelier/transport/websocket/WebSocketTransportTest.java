package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Responder;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.connector.Connector;
import io.sommelier.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connectors at a controller over WebSocket, and the WebSocket client of the JDK. */
@Timeout(120)
class WebSocketTransportTest {
    private static final int MANY = 200;

    private final WebSocketNode node = new WebSocketNode("node-1", WebSocketNode.settings());

    @AfterEach
    void close() {
        node.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Keeps what comes to a client of the JDK. */
    private static final class Inbox implements WebSocket.Listener {
        final BlockingQueue<ByteBuffer> bytes = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closeCode = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean isLast) {
            ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
            bytes.add(copy);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closeCode.complete(code);
            return null;
        }
    }

    private WebSocket dial(Inbox inbox, String path, String subprotocol) throws Exception {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (!subprotocol.isEmpty()) {
            builder.subprotocols(subprotocol);
        }
        return get(builder.buildAsync(URI.create("ws://127.0.0.1:" + node.port() + path), inbox));
    }

    @Test
    void theClientOfTheJdkIsUpgradedWelcomedAndLetGo() throws Exception {
        Inbox inbox = new Inbox();
        WebSocket socket = dial(inbox, "/sommelier", "sommelier.v1");
        assertThat(socket.getSubprotocol()).isEqualTo("sommelier.v1");

        get(socket.sendBinary(ByteBuffer.wrap(Frames.vector("hello-minimal")), true));
        assertThat(inbox.bytes.poll(10, TimeUnit.SECONDS).get(4)).isEqualTo((byte) Frames.WELCOME);
        get(socket.sendClose(WebSocket.NORMAL_CLOSURE, "done"));

        assertThat(get(inbox.closeCode)).isEqualTo(1000);
        await().until(() -> node.controller().admin().channels().isEmpty());
    }

    @Test
    void theClientOfTheJdkIsRefusedAtAnotherPathAndWithoutItsSubprotocol() {
        assertThatThrownBy(() -> dial(new Inbox(), "/", "sommelier.v1"))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(404));
        assertThatThrownBy(() -> dial(new Inbox(), "/sommelier", ""))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(400));
    }

    @Test
    void manyConnectorsAreServedAtOnce() throws Exception {
        CommandHandler echo = CommandHandler.answering(Invocation::payload);
        for (int i = 0; i < MANY; i++) {
            node.open(Connector.builder("cellar-" + i).serves("cellar").directHandler("pour", echo));
        }
        Connector sender = node.open(Connector.builder("guest-1"));

        List<CompletionStage<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < MANY * 10; i++) {
            replies.add(sender.send(Command.to(new io.sommelier.api.Target("cellar", "cellar-" + i % MANY), "pour")
                            .payload(Payload.ofText("glass " + i))
                            .build())
                    .result());
        }

        for (int i = 0; i < replies.size(); i++) {
            assertThat(get(replies.get(i)).payload().asText()).isEqualTo("glass " + i);
        }
        assertThat(node.members("cellar")).isEqualTo(MANY);
    }

    @Test
    void aTransportThatIsRemovedWithCommandsUnderWayEndsThemWithWhatIsTrue() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        node.open(Connector.builder("cellar-1")
                .serves("cellar")
                .handler("age", (invocation, responder) -> started.countDown()));
        Connector sender = node.open(Connector.builder("guest-1"));
        var call = sender.send(Command.to("cellar", "age").build());
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        get(node.controller().remove(node.transport(), Duration.ofSeconds(1)));

        assertThatThrownBy(() -> get(call.result()))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failed -> assertThat(failed.error())
                                .matches(error -> error.outcome() == Outcome.UNKNOWN)
                                .matches(error -> error.code() == ErrorCode.CONTROLLER_GONE
                                        || error.code() == ErrorCode.MEMBER_GONE));
    }

    @Test
    void aTransportThatStopsUpgradesNobodyAnyMoreWhileItsCommandsEnd() throws Exception { // GX-4 defect 3
        CompletableFuture<Responder> given = new CompletableFuture<>();
        node.open(Connector.builder("cellar-1")
                .serves("cellar")
                .handler("age", (invocation, responder) -> given.complete(responder)));
        Connector sender = node.open(Connector.builder("guest-1"));
        var call = sender.send(
                Command.to("cellar", "age").ttl(Duration.ofMinutes(5)).build());
        Responder responder = get(given);
        int port = node.port();
        try (RawClient early = new RawClient(port)) {
            CompletionStage<Void> stopped = node.controller().remove(node.transport(), Duration.ofSeconds(30));
            await().until(() -> node.controller().admin().channels().stream()
                    .allMatch(channel -> channel.state() == ChannelView.State.DRAINING));

            assertThatThrownBy(() -> RawClient.upgraded(port, "sommelier.v1")).isInstanceOf(IOException.class);
            assertThat(early.request(RawClient.request(port, "sommelier.v1"))).startsWith("HTTP/1.1 503 ");
            assertThat(early.rest()).contains("going down");

            assertThat(node.controller().admin().channels()).hasSize(2);
            responder.complete(Payload.ofText("aged"));
            assertThat(get(call.result()).payload().asText()).isEqualTo("aged");
            get(stopped);
        }
    }

    @Test
    void aStoppedTransportMayBeStartedAgain() throws Exception {
        get(node.controller().remove(node.transport(), Duration.ofSeconds(1)));

        get(node.controller().add(node.transport()));

        assertThat(node.open(Connector.builder("guest-1")).isActive()).isTrue();
    }

    @Test
    void anotherPortMovesTheListenerAndLeavesTheChannels() throws Exception {
        Connector before = node.open(Connector.builder("cellar-1")
                .serves("cellar")
                .directHandler("pour", CommandHandler.answering(Invocation::payload)));
        int port = node.port();
        int other = FreePort.next();

        get(node.transport().settings(WebSocketNode.settings().withAddress("127.0.0.1", other, "/other")));

        assertThat(node.port()).isEqualTo(other).isNotEqualTo(port);
        assertThat(before.isActive()).isTrue();
        assertThat(dial(new Inbox(), "/other", "sommelier.v1").getSubprotocol()).isEqualTo("sommelier.v1");
    }

    @Test
    void aPortThatIsTakenFailsTheStartWithTheWayOut() {
        WebSocketTransport second =
                new WebSocketTransport(WebSocketNode.settings().withAddress("127.0.0.1", node.port(), "/sommelier"));

        assertThatThrownBy(() -> get(second.start(node.controller())))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + node.port());
        assertThatThrownBy(second::localPort).isInstanceOf(IllegalStateException.class);
    }
}
