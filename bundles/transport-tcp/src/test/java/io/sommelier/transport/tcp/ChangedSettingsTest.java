package io.sommelier.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.testkit.FreePort;
import io.sommelier.wire.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Settings change under channels that stay. */
class ChangedSettingsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final TcpNode node = new TcpNode("node-1", TcpNode.settings());

    @AfterEach
    void close() {
        node.close();
    }

    private void change(TcpSettings settings) {
        node.transport()
                .settings(settings)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static void assertPours(Connector sender) {
        assertThat(sender.send(Command.to("cellar", "pour").build())
                        .result()
                        .toCompletableFuture()
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join()
                        .payload()
                        .asText())
                .isEqualTo("red");
    }

    private Connector cellar() throws InterruptedException {
        return node.open(node.connector("cellar-1")
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> Payload.ofText("red"))));
    }

    private static boolean isOpen(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 1000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void anotherPortMovesTheListenerAndLeavesTheChannels() throws Exception {
        cellar();
        Connector sender = node.open(node.connector("guest-1"));
        int before = node.port();

        change(TcpNode.settings().withAddress("127.0.0.1", FreePort.next()));

        assertThat(node.port()).isNotEqualTo(before);
        assertThat(isOpen("127.0.0.1", before)).isFalse();
        assertPours(sender);
        assertPours(node.open(node.connector("guest-2")));
        assertThat(node.members("cellar")).isOne();
    }

    @Test
    void anotherAddressWithTheSamePortMovesTheListener() throws Exception {
        int port = FreePort.next();
        change(TcpNode.settings().withAddress("127.0.0.1", port));

        change(TcpNode.settings().withAddress("0.0.0.0", port));

        assertThat(node.port()).isEqualTo(port);
        assertThat(isOpen("127.0.0.2", port)).isTrue();
    }

    @Test
    void aTakenPortLeavesTheListenerWhereItIs() throws Exception {
        int before = node.port();
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
            assertThatThrownBy(() -> change(TcpNode.settings().withAddress("127.0.0.1", taken.getLocalPort())))
                    .cause()
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }

        assertThat(node.port()).isEqualTo(before);
        cellar();
    }

    @Test
    void aTakenAddressWithTheSamePortBringsTheListenerBack() throws Exception {
        int port = FreePort.next();
        change(TcpNode.settings().withAddress("127.0.0.1", port));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.2"))) {
            assertThatThrownBy(() -> change(TcpNode.settings().withAddress("127.0.0.2", taken.getLocalPort())))
                    .cause()
                    .hasMessageContaining("cannot listen on 127.0.0.2:" + port);
        }

        assertThat(isOpen("127.0.0.1", port)).isTrue();
        cellar();
    }

    @Test
    void aMemberThatIsAddedIsDialledAndOneThatIsTakenOutNotAgain() throws Exception {
        Connector listening = Connector.builder("cellar-1")
                .listenOn("127.0.0.1", 0)
                .serves("cellar")
                .open();
        HostPort address = new HostPort("127.0.0.1", listening.localPort());

        change(TcpNode.settings().withMembers(List.of(address), Duration.ofMillis(10), Duration.ofMillis(10)));
        assertThat(listening.awaitActive(Duration.ofSeconds(10))).isTrue();

        change(TcpNode.settings());
        assertThat(node.members("cellar")).isOne();

        listening.close();
        await().until(() -> node.members("cellar") == 0);
    }

    @Test
    void aChangeBeforeTheStartHoldsFromTheStart() throws Exception {
        int port = FreePort.next();
        TcpTransport transport = new TcpTransport(TcpNode.settings());

        transport.settings(TcpNode.settings().withAddress("127.0.0.1", port));
        node.controller().add(transport).toCompletableFuture().join();

        assertThat(transport.localPort()).isEqualTo(port);
    }
}
