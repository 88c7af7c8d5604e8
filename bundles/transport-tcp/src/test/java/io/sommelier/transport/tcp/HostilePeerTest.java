package io.sommelier.transport.tcp;

import static io.sommelier.transport.tcp.ScriptedConnector.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Hello;
import io.sommelier.api.Invocation;
import io.sommelier.api.Target;
import io.sommelier.connector.Connector;
import io.sommelier.transport.tcp.FakeController.Asked;
import io.sommelier.wire.LinkSettings;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that break the rules, or are many: each is dealt with, and a good connector beside them notices nothing. */
class HostilePeerTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration HELLO_LIMIT = Duration.ofMillis(100);
    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Hello HELLO = Hello.of("guest-1").build();

    private final FakeController controller = new FakeController();
    private TcpTransport transport;

    private void start(TcpSettings settings) {
        transport = new TcpTransport(settings);
        transport.start(controller).toCompletableFuture().join();
    }

    @AfterEach
    void stop() throws Exception {
        if (transport != null) {
            transport.stop(Duration.ZERO).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private static LinkSettings quick() {
        LinkSettings defaults = LinkSettings.defaults();
        return new LinkSettings(
                defaults.maxFrameBytes(),
                defaults.maxMessageBytes(),
                defaults.maxHeaderBytes(),
                defaults.maxStreams(),
                defaults.maxAssemblyBytes(),
                HELLO_LIMIT,
                HEARTBEAT);
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), transport.localPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Reads until the end of the stream: fails when it does not come. */
    private static void awaitEnd(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // a refusal may come first
            }
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        socket.close();
    }

    @Test
    void aSocketThatSaysNothingIsClosed() throws Exception {
        start(TcpNode.settings().withLink(quick()));

        awaitEnd(dial());
    }

    @Test
    void aHelloThatNeverGetsOnIsTooLate() throws Exception {
        start(TcpNode.settings().withLink(quick()));
        Socket loris = dial();

        loris.getOutputStream().write(new byte[] {0, 0, 0}); // the beginning of a length, and never more

        awaitEnd(loris);
        assertThat(controller.hellos).isEmpty();
    }

    private void assertRefused(String frame, CloseReason reason) throws IOException {
        try (Socket bad = dial()) {
            bad.getOutputStream().write(HexFormat.of().parseHex(frame.replace(" ", "")));

            DataInputStream answer = new DataInputStream(bad.getInputStream());
            ByteBuffer refused = ByteBuffer.wrap(answer.readNBytes(answer.readInt()));
            assertThat(refused.get()).as("REFUSED").isEqualTo((byte) 0x03);
            assertThat(refused.getShort(6)).isEqualTo((short) reason.number());
            awaitEnd(bad);
        }
    }

    @Test
    void aVersionThatNobodySpeaksIsRefusedWithItsReason() throws Exception {
        start(TcpNode.settings());

        assertRefused("00000010 01 00 00000000 534f4d4c 02 ff 00000000", CloseReason.VERSION_MISMATCH);

        assertThat(controller.hellos).isEmpty();
    }

    @Test
    void whateverComesBeforeTheHelloIsRefused() throws Exception {
        start(TcpNode.settings());

        assertRefused("00000008 06 00 00000000 0000", CloseReason.PROTOCOL_ERROR); // operations
        assertRefused("00000006 07 00 00000000", CloseReason.PROTOCOL_ERROR); // a drain

        assertThat(controller.hellos).isEmpty();
    }

    @Test
    void garbageClosesItsOwnChannelOnly() throws Exception {
        start(TcpNode.settings());
        ScriptedConnector good = new ScriptedConnector(transport.localPort(), HELLO).reading();
        Asked asked = next(controller.hellos).accept();
        next(good.welcomes);

        for (String garbage :
                List.of("GET / HTTP/1.1\r\n\r\n", "\u0000\u0000\u0000\u0005\u00ff\u00ff", "\u0016\u0003\u0001")) {
            Socket bad = dial();
            bad.getOutputStream().write(garbage.getBytes(StandardCharsets.ISO_8859_1));
            bad.shutdownOutput();
            awaitEnd(bad);
        }

        asked.channel.probe().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(asked.ends).isEmpty();
    }

    @Test
    void garbageBehindAGoodHelloLosesTheChannelWithItsReason() throws Exception { // GX-4 defect 9
        start(TcpNode.settings());
        ScriptedConnector turning = new ScriptedConnector(transport.localPort(), HELLO).reading();
        Asked asked = next(controller.hellos).accept();
        next(turning.welcomes);

        turning.sendRaw("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThat(next(asked.ends).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        assertThat(next(turning.ends).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void aLengthAboveTheLimitIsRefusedBeforeMemoryIsTaken() throws Exception {
        start(TcpNode.settings());
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();

        for (int i = 0; i < 50; i++) {
            Socket bad = dial();
            bad.getOutputStream().write(new byte[] {0x7f, -1, -1, -1, 1, 0, 0, 0, 0, 0});
            awaitEnd(bad);
        }

        long after = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        assertThat(after - before).isLessThan(16L * 1024 * 1024);
    }

    @Test
    void aPeerThatFallsSilentIsFoundWithinTwoHeartbeats() throws Exception {
        start(TcpNode.settings().withLink(quick()));
        ScriptedConnector silent = new ScriptedConnector(transport.localPort(), HELLO);
        Asked asked = next(controller.hellos).accept();
        silent.readWelcome();

        assertThat(next(asked.ends).reason()).isEqualTo(CloseReason.HEARTBEAT_TIMEOUT);

        assertThat(silent.pingsUntilTheEnd()).as("one a period").isBetween(1, 2);
        silent.vanish();
    }

    @Test
    void aPeerThatAnswersNothingButLivesStays() throws Exception {
        start(TcpNode.settings().withLink(quick()));
        ScriptedConnector living = new ScriptedConnector(transport.localPort(), HELLO).reading();
        Asked asked = next(controller.hellos).accept();

        assertThat(asked.ends.poll(5 * HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS))
                .isNull();

        living.vanish();
    }

    @Test
    void aConnectorAboveTheBoundOfChannelsIsToldToComeBack() throws Exception {
        start(TcpNode.settings().withBounds(1, 1, 16));
        ScriptedConnector first = new ScriptedConnector(transport.localPort(), HELLO).reading();
        next(controller.hellos).accept();
        next(first.welcomes);

        ScriptedConnector second = new ScriptedConnector(transport.localPort(), HELLO).reading();

        assertThat(next(second.ends)).matches(told -> told.reason() == CloseReason.OVERLOADED && told.comeBack());
        first.vanish();
        await().atMost(LIMIT).untilAsserted(() -> {
            ScriptedConnector third = new ScriptedConnector(transport.localPort(), HELLO).reading();
            assertThat(controller.hellos.poll(100, TimeUnit.MILLISECONDS)).isNotNull();
            third.vanish();
        });
    }

    @Test
    void socketsFarAboveTheBoundAreClosedAtOnce() throws Exception {
        start(TcpNode.settings().withBounds(1, 1, 16));

        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sockets.add(dial());
        }

        awaitEnd(sockets.get(99));
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void aThousandConnectorsAreServedAtOnce() throws Exception {
        int count = 1000;
        NioEventLoopGroup group = new NioEventLoopGroup(1);
        try (TcpNode node = new TcpNode("node-1", TcpNode.settings())) {
            CommandHandler echo = CommandHandler.answering(Invocation::payload);
            List<Connector> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                members.add(node.connector("cellar-" + i)
                        .serves("cellar")
                        .directHandler("pour", echo)
                        .eventLoopGroup(group)
                        .open());
            }
            for (Connector member : members) {
                assertThat(member.awaitActive(LIMIT)).isTrue();
            }
            Connector sender = node.open(node.connector("guest-1"));

            for (int i = 0; i < count; i++) {
                Command command =
                        Command.to(new Target("cellar", "cellar-" + i), "pour").build();
                sender.send(command).result().toCompletableFuture().get(10, TimeUnit.SECONDS);
            }

            assertThat(node.members("cellar")).isEqualTo(count);
            members.forEach(member -> member.closeLater(Duration.ZERO));
            members.forEach(Connector::close);
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
