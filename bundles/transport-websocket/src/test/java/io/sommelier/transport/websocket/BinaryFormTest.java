package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.testkit.FakeAcceptor.Session;
import io.sommelier.testkit.FakeOutgoing;
import io.sommelier.transport.websocket.RawClient.Frame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames in binary messages, told by bytes over a socket: what RFC 6455 allows, and what it does not. */
@Timeout(60)
class BinaryFormTest {
    private static final Duration HEARTBEAT = Duration.ofMillis(200);

    private Controlled node = new Controlled(WebSocketNode.settings());

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    private void restart(WebSocketSettings settings) throws Exception {
        node.close();
        node = new Controlled(settings);
    }

    private RawClient upgraded() throws Exception {
        return RawClient.upgraded(node.port(), "sommelier.v1");
    }

    private RawClient welcomed(String hello) throws Exception {
        RawClient client = upgraded();
        client.send(RawClient.BINARY, Frames.vector(hello));
        Frames.readUntil(client, Frames.WELCOME);
        return client;
    }

    private Goodbye endOf(int session) {
        await().until(() -> node.session(session).goodbye().isPresent());
        return node.session(session).goodbye().orElseThrow();
    }

    @Test
    void aHelloInOneMessageIsWelcomed() throws Exception {
        welcomed("hello-full").close();

        assertThat(node.session(1).hello().instance()).isEqualTo("billing-7");
        assertThat(node.session(1).channel().transport()).isEqualTo("websocket");
    }

    @Test
    void aHelloThatIsCutIntoMessagesAtEachByteIsWelcomed() throws Exception {
        byte[] hello = Frames.vector("hello-full");
        for (int cut = 0; cut <= hello.length; cut++) {
            try (RawClient client = upgraded()) {
                client.send(RawClient.BINARY, Arrays.copyOf(hello, cut));
                client.send(RawClient.BINARY, Arrays.copyOfRange(hello, cut, hello.length));

                Frames.readUntil(client, Frames.WELCOME);
            }
        }
    }

    @Test
    void aHelloThatIsCutIntoFragmentsOfAByteEachIsWelcomed() throws Exception {
        byte[] hello = Frames.vector("hello-full");
        try (RawClient client = upgraded()) {
            client.sendPiece(RawClient.BINARY, new byte[0]);
            for (byte one : hello) {
                client.sendPiece(RawClient.CONTINUATION, new byte[] {one});
                client.send(RawClient.PING, new byte[] {one});
            }
            client.send(RawClient.CONTINUATION, new byte[0]);

            Frames.readUntil(client, Frames.WELCOME);
        }
    }

    @Test
    void twoFramesInOneMessageAreBothRead() throws Exception {
        byte[] hello = Frames.vector("hello-minimal");
        byte[] ping = Frames.vector("ping");
        byte[] both = Arrays.copyOf(hello, hello.length + ping.length);
        System.arraycopy(ping, 0, both, hello.length, ping.length);
        try (RawClient client = upgraded()) {
            client.send(RawClient.BINARY, both);

            Frames.readUntil(client, 0x05);
        }
    }

    @Test
    void aPingIsAnsweredWithWhatIsInIt() throws Exception {
        try (RawClient client = upgraded()) {
            client.send(RawClient.PING, "are you there".getBytes());
            Frame pong = client.readUntil(RawClient.PONG);

            assertThat(pong.text()).isEqualTo("are you there");
        }
    }

    @Test
    void aTextMessageEndsTheChannelWithItsReason() throws Exception {
        try (RawClient client = welcomed("hello-minimal")) {
            client.sendText("{}");

            assertThat(Frames.reasonOf(Frames.readUntil(client, Frames.GOODBYE)))
                    .isEqualTo(CloseReason.PROTOCOL_ERROR.number());
            Frame close = client.readUntil(RawClient.CLOSE);
            assertThat(close.closeCode()).isEqualTo(1003);
            assertThat(close.text()).isEqualTo("a text message; sommelier.v1 has binary ones");
        }
        assertThat(endOf(1).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "82 03 010203, 1002", // not masked
        "c2 80 00000000, 1002", // a reserved bit
        "83 80 00000000, 1002", // an opcode that is not defined
        "80 80 00000000, 1002", // the continuation of nothing
        "09 80 00000000, 1002", // a ping in pieces
        "89 fe 0080 00000000, 1002", // a ping of 128 bytes
        "88 81 00000000 00, 1002", // half a close code
        "82 ff 0000000000040001 00000000, 1009", // a frame of 256 KiB and a byte
        "82 ff ffffffffffffffff 00000000, 1002", // a negative length
    })
    void whatTheRfcForbidsEndsTheChannelWithItsCode(String hex, int code) throws Exception {
        try (RawClient client = welcomed("hello-minimal")) {
            client.raw(java.util.HexFormat.of().parseHex(hex.replace(" ", "")));

            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(code);
            client.socket().shutdownOutput();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(endOf(1).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void whatTheWireProtocolForbidsEndsTheWebSocketWithItsCode() throws Exception {
        try (RawClient client = upgraded()) {
            client.send(RawClient.BINARY, "GET / HTTP/1.1".getBytes());

            assertThat(Frames.reasonOf(Frames.readUntil(client, Frames.REFUSED)))
                    .isEqualTo(CloseReason.PROTOCOL_ERROR.number());
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "000000100100 00000000 534f4d4c 02ff 00000000, VERSION_MISMATCH, 4007", // a hello of later versions
        "000000080600 00000000 0000, PROTOCOL_ERROR, 1002", // operations before a hello
        "000000060700 00000000, PROTOCOL_ERROR, 1002" // a drain before a hello
    })
    void whoDoesNotBeginWithAHelloThatIsUnderstoodIsRefused(String frame, CloseReason reason, int code)
            throws Exception {
        try (RawClient client = upgraded()) {
            client.send(RawClient.BINARY, HexFormat.of().parseHex(frame.replace(" ", "")));

            assertThat(Frames.reasonOf(Frames.readUntil(client, Frames.REFUSED)))
                    .isEqualTo(reason.number());
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @CsvSource({"NORMAL, 1000", "SHUTDOWN, 1001", "OVERLOADED, 1013", "TAKEN_OVER, 4011", "FORBIDDEN, 4009"})
    void aGoodbyeClosesTheWebSocketWithItsCode(CloseReason reason, int code) throws Exception {
        try (RawClient client = welcomed("hello-minimal")) {
            node.session(1).channel().close(new Goodbye(reason, true, "ä".repeat(100)));

            assertThat(Frames.reasonOf(Frames.readUntil(client, Frames.GOODBYE)))
                    .isEqualTo(reason.number());
            Frame close = client.readUntil(RawClient.CLOSE);
            assertThat(close.closeCode()).isEqualTo(code);
            assertThat(close.text()).isEqualTo("ä".repeat(61));
            client.send(RawClient.CLOSE, close.payload());
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aRefusedHelloClosesTheWebSocketWithItsCode() throws Exception {
        node.controller.refuseWith(new Goodbye(CloseReason.UNAUTHENTICATED, false, "who are you"));
        try (RawClient client = upgraded()) {
            client.send(RawClient.BINARY, Frames.vector("hello-minimal"));

            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(4008);
        }
    }

    @Test
    void aCloseOfThePeerIsAnsweredAndLosesWhatIsUnderWay() throws Exception {
        try (RawClient client = welcomed("hello-full")) {
            Session session = node.session(1);
            FakeOutgoing command =
                    new FakeOutgoing(Command.to("billing", "invoice.get").build(), 1000);
            session.channel().offer(command);
            Frames.readUntil(client, Frames.COMMAND);

            client.send(RawClient.CLOSE, new byte[] {3, (byte) 0xe8});

            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1000);
            assertThat(client.isClosed()).isTrue();
            await().until(command::isLost);
            assertThat(command.faults()).isEmpty();
        }
        assertThat(endOf(1).reason()).isEqualTo(CloseReason.LOST);
    }

    @Test
    void aPeerThatFallsSilentIsFoundThoughItsSocketStays() throws Exception {
        restart(WebSocketNode.settings().withLink(Controlled.times(Duration.ofSeconds(5), HEARTBEAT)));

        try (RawClient silent = welcomed("hello-minimal")) {
            assertThat(endOf(1).reason()).isEqualTo(CloseReason.HEARTBEAT_TIMEOUT);
            assertThat(silent.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(4004);
        }
    }

    @Test
    void aHelloThatDoesNotComeIsNotWaitedFor() throws Exception {
        restart(WebSocketNode.settings().withLink(Controlled.times(Duration.ofMillis(100), HEARTBEAT)));

        try (RawClient silent = upgraded()) {
            assertThat(silent.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(4005);
        }
    }

    @Test
    void aSlowReaderLeavesCommandsUnclaimedAndTheOthersOfItsLoopAreServed() throws Exception {
        try (RawClient slow = welcomed("hello-full");
                RawClient other = welcomed("hello-minimal")) {
            Payload barrel = Payload.copyOf(new byte[1 << 20]);
            List<FakeOutgoing> commands = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                FakeOutgoing command = new FakeOutgoing(
                        Command.to("billing", "invoice.get").payload(barrel).build(), 1000);
                commands.add(command);
                assertThat(node.session(1).channel().offer(command)).isTrue();
            }

            other.send(RawClient.BINARY, Frames.vector("ping"));
            Frames.readUntil(other, 0x05);
            assertThat(commands.get(63).isClaimed()).isFalse();

            ByteBuffer lastBody = ByteBuffer.allocate(0);
            for (int i = 0; i < 64; i++) {
                lastBody = ByteBuffer.wrap(Frames.readUntil(slow, Frames.COMMAND));
            }
            assertThat(lastBody.remaining()).isPositive();
            await().until(() -> commands.get(63).isClaimed());
        }
    }

    @Test
    void pingsOfAPeerThatReadsNothingAreNotAnswered() {
        EmbeddedChannel socket = new EmbeddedChannel(new BinaryForm());
        socket.writeInbound(new PingWebSocketFrame());
        assertThat(socket.<Object>readOutbound()).isInstanceOf(PongWebSocketFrame.class);

        socket.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        for (int i = 0; i < 1000; i++) {
            socket.writeInbound(new PingWebSocketFrame());
        }

        assertThat(socket.<Object>readOutbound()).isNull();
        assertThat(socket.unsafe().outboundBuffer().totalPendingWriteBytes()).isZero();
    }

    @Test
    void aConnectorAboveTheBoundOfChannelsIsToldToComeBack() throws Exception {
        restart(WebSocketNode.settings().withBounds(1, 1, 16));
        try (RawClient first = welcomed("hello-full");
                RawClient second = upgraded()) {
            second.send(RawClient.BINARY, Frames.vector("hello-minimal"));

            assertThat(second.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1013);
            first.send(RawClient.PING, new byte[0]);
            first.readUntil(RawClient.PONG);
        }
    }

    @Test
    void aStopSaysGoodbyeAndGivesEverySocketBack() throws Exception {
        try (RawClient client = welcomed("hello-minimal");
                RawClient asking = new RawClient(node.port())) {
            var stopped = node.transport.stop(Duration.ofSeconds(5)).toCompletableFuture();

            Frame close = client.readUntil(RawClient.CLOSE);
            assertThat(close.closeCode()).isEqualTo(1001);
            client.send(RawClient.CLOSE, close.payload());
            stopped.get(10, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(asking.isClosed()).isTrue();
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("sommelier-websocket")));
    }
}
