package io.sommelier.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.connector.ConnectorState.Phase;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A connector that is dialled, and one on a shared loop. */
class ListeningTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Connector connector = Connector.builder("cellar-1")
            .listenOn("127.0.0.1", 0)
            .serves("cellar")
            .handler("pour", CommandHandler.answering(Invocation::payload))
            .open();

    @AfterEach
    void close() {
        connector.close(Duration.ZERO);
    }

    private ScriptedPeer dial() throws Exception {
        return new ScriptedPeer(new Socket(InetAddress.getLoopbackAddress(), connector.localPort())).reading();
    }

    @Test
    void saysHelloToWhoeverDials() throws Exception {
        assertThat(connector.state().phase()).isEqualTo(Phase.CONNECTING);

        assertThat(dial().welcome("").instance()).isEqualTo("cellar-1");

        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aSecondSocketIsClosedAndTheFirstGoesOn() throws Exception {
        dial().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        try (Socket second = new Socket(InetAddress.getLoopbackAddress(), connector.localPort())) {
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }

        assertThat(connector.isActive()).isTrue();
    }

    @Test
    void afterALossItWaitsToBeDialledAgain() throws Exception {
        ScriptedPeer first = dial();
        first.welcome("token-1");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        first.vanish();
        org.awaitility.Awaitility.await().atMost(LIMIT).until(() -> !connector.isActive());

        assertThat(dial().welcome("").resumeToken()).isEqualTo("token-1");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aPortThatIsTakenFailsTheOpenWithTheWayOut() {
        ConnectorBuilder second = Connector.builder("cellar-2").listenOn("127.0.0.1", connector.localPort());

        assertThatThrownBy(second::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + connector.localPort())
                .hasMessageContaining("another program");
    }

    @Test
    void aSharedLoopIsLeftToItsOwner() throws Exception {
        NioEventLoopGroup group = new NioEventLoopGroup(1);
        try (Connector shared = Connector.builder("cellar-2")
                .listenOn("127.0.0.1", 0)
                .eventLoopGroup(group)
                .open()) {
            assertThat(shared.localPort()).isPositive();
        }

        assertThat(group.isShuttingDown()).isFalse();
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).sync();
    }
}
