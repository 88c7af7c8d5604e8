package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.wire.LinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a connector comes to a controller, loses it, and ends. */
class ConnectorTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
    private ScriptedController controller;
    private Connector connector;

    @BeforeEach
    void listen() throws Exception {
        controller = new ScriptedController();
    }

    @AfterEach
    void close() throws Exception {
        controller.close();
        if (connector != null) {
            connector.close(Duration.ZERO);
        }
    }

    private ConnectorBuilder builder() {
        return Connector.builder("cellar-1")
                .controller(controller.address())
                .dialWait(Duration.ofMillis(1), Duration.ofMillis(5))
                .onState(states::add);
    }

    @Test
    void saysWhoItIsAndIsActiveOnceItIsWelcome() throws Exception {
        connector = builder()
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> Payload.empty()))
                .capacity(7)
                .attributes(Map.of("floor", "2"))
                .credential(new Credential("token", Payload.ofText("secret")))
                .open();
        ScriptedPeer peer = controller.accept();
        Hello hello = next(peer.hellos);
        assertThat(connector.isActive()).isFalse();

        peer.run(link -> link.welcome(new Welcome("node-1", "cellar", "token-1")));

        assertThat(connector.awaitActive(LIMIT)).isTrue();
        assertThat(connector.state().welcome().orElseThrow().controllerId()).isEqualTo("node-1");
        assertThat(connector.state().address()).isEqualTo(controller.address());
        assertThat(hello.instance()).isEqualTo("cellar-1");
        assertThat(hello.targetId()).isEqualTo("cellar");
        assertThat(hello.operations()).containsExactly("pour");
        assertThat(hello.capacity()).isEqualTo(7);
        assertThat(hello.attributes()).containsEntry("floor", "2");
        assertThat(hello.credential().secret().asText()).isEqualTo("secret");
        assertThat(hello.resumeToken()).isEmpty();
    }

    @Test
    void aRefusalForGoodEndsItWithTheReasonAndWithoutAnotherTry() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.accept();
        next(peer.hellos);

        peer.run(link -> link.refuse(new Goodbye(CloseReason.FORBIDDEN, false, "not you")));

        assertThatThrownBy(() -> connector.active().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasMessageContaining("not you");
        assertThat(connector.state().phase()).isEqualTo(Phase.CLOSED);
        assertThat(connector.state().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.FORBIDDEN);
        assertThat(controller.staysAlone(50)).isTrue();
    }

    @Test
    void aRefusalForNowSendsItToTheNextController() throws Exception {
        try (ScriptedController second = new ScriptedController()) {
            connector = builder().controller(second.address()).open();
            ScriptedPeer refusing = controller.accept();
            next(refusing.hellos);

            refusing.run(link -> link.refuse(new Goodbye(CloseReason.OVERLOADED, true, "full")));

            second.accept().welcome("");
            assertThat(connector.awaitActive(LIMIT)).isTrue();
            assertThat(connector.state().address()).isEqualTo(second.address());
        }
    }

    @Test
    void aControllerThatIsNotThereIsPassedOver() throws Exception {
        String gone;
        try (ScriptedController first = new ScriptedController()) {
            gone = first.address();
        }

        connector = Connector.builder("cellar-1")
                .controller(gone)
                .controller(controller.address())
                .open();

        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void afterALossItComesBackWithItsResumeToken() throws Exception {
        connector = builder().open();
        ScriptedPeer first = controller.accept();
        first.welcome("token-1");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        first.vanish();

        assertThat(controller.accept().welcome("token-2").resumeToken()).isEqualTo("token-1");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aGoodbyeThatSaysComeBackSendsItToTheNextController() throws Exception {
        try (ScriptedController second = new ScriptedController()) {
            connector = builder().controller(second.address()).open();
            ScriptedPeer first = controller.accept();
            first.welcome("");
            assertThat(connector.awaitActive(LIMIT)).isTrue();

            first.run(link -> link.close(new Goodbye(CloseReason.SHUTDOWN, true, "going down")));

            second.accept().welcome("");
            assertThat(connector.awaitActive(LIMIT)).isTrue();
            assertThat(connector.state().address()).isEqualTo(second.address());
        }
    }

    @Test
    void aGoodbyeThatSaysStayAwayEndsIt() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        peer.run(link -> link.close(new Goodbye(CloseReason.TAKEN_OVER, false, "another one came")));

        assertThat(nextState(Phase.CLOSED).goodbye().orElseThrow().message()).isEqualTo("another one came");
        assertThatThrownBy(() -> connector.active().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasMessageContaining("another one came");
        assertThat(controller.staysAlone(50)).isTrue();
    }

    @Test
    void theListenerHearsEveryStateInOrder() throws Exception {
        connector = builder().open();
        ScriptedPeer first = controller.accept();
        first.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        first.run(link -> link.close(new Goodbye(CloseReason.SHUTDOWN, true, "going down")));
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        connector.close(LIMIT);

        assertThat(states)
                .extracting(ConnectorState::phase)
                .containsExactly(
                        Phase.CONNECTING,
                        Phase.ACTIVE,
                        Phase.LOST,
                        Phase.CONNECTING,
                        Phase.ACTIVE,
                        Phase.DRAINING,
                        Phase.CLOSED);
    }

    @Test
    void aListenerThatThrowsDisturbsNothing() throws Exception {
        connector = builder()
                .onState(state -> {
                    throw new IllegalStateException("listener");
                })
                .open();

        controller.accept().welcome("");

        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void garbageFromTheControllerIsAProtocolErrorAndItTriesAgain() throws Exception {
        connector = builder().open();
        ScriptedPeer garbling = controller.accept();
        next(garbling.hellos);

        garbling.sendRaw("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThat(next(garbling.ends).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aControllerThatIsSilentAfterTheConnectIsGivenUpInTime() throws Exception {
        connector = builder()
                .link(new LinkSettings(64 * 1024, 1024, 1024, 16, 1024, Duration.ofMillis(50), Duration.ofSeconds(10)))
                .open();
        controller.acceptSilently();

        controller.accept().welcome("");

        assertThat(connector.awaitActive(LIMIT)).isTrue();
        assertThat(states)
                .extracting(state -> state.goodbye().map(Goodbye::reason).orElse(CloseReason.NORMAL))
                .contains(CloseReason.HELLO_TIMEOUT);
    }

    @Test
    void aControllerThatGoesSilentIsFoundByTheHeartbeat() throws Exception {
        connector = builder()
                .link(new LinkSettings(64 * 1024, 1024, 1024, 16, 1024, Duration.ofSeconds(5), Duration.ofMillis(50)))
                .open();
        ScriptedPeer silent = controller.acceptSilently();
        Thread reader = new Thread(silent::readOnce);
        reader.start();
        silent.welcome("");

        controller.accept().welcome("");

        assertThat(connector.awaitActive(LIMIT)).isTrue();
        assertThat(states)
                .extracting(state -> state.goodbye().map(Goodbye::reason).orElse(CloseReason.NORMAL))
                .contains(CloseReason.HEARTBEAT_TIMEOUT);
    }

    @Test
    void closeSaysGoodbyeAndEndsEveryThread() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        connector.close(LIMIT);

        assertThat(next(peer.ends).reason()).isEqualTo(CloseReason.NORMAL);
        assertThat(connector.state().phase()).isEqualTo(Phase.CLOSED);
        assertThat(connector.isActive()).isFalse();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("sommelier-cellar-1")));
    }

    @Test
    void closeWhileItDialsEndsItAtOnce() throws Exception {
        connector =
                builder().dialWait(Duration.ofMinutes(1), Duration.ofMinutes(1)).open();
        ScriptedPeer peer = controller.accept();
        peer.vanish();
        assertThat(nextState(Phase.UNREACHED)).isNotNull();

        connector.close(Duration.ofMinutes(1));

        assertThat(connector.state().phase()).isEqualTo(Phase.CLOSED);
    }

    @Test
    void closeMayBeCalledTwiceAndFromTheListener() throws Exception {
        Connector[] opened = new Connector[1];
        connector = builder()
                .onState(state -> {
                    if (state.phase() == Phase.ACTIVE) {
                        opened[0].close();
                    }
                    states.add(state);
                })
                .open();
        opened[0] = connector;
        controller.accept().welcome("");

        assertThat(nextState(Phase.CLOSED)).isNotNull();

        connector.close();
    }

    @Test
    void operationsThatComeAndGoAreTold() throws Exception {
        CommandHandler handler = CommandHandler.answering(invocation -> Payload.empty());
        connector = builder().serves("cellar").handler("pour", handler).open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        connector.handler("age", handler);
        assertThat(next(peer.operations)).isEqualTo(Set.of("pour", "age"));
        connector.removeHandler("pour");
        assertThat(next(peer.operations)).isEqualTo(Set.of("age"));
    }

    @Test
    void anOperationThatComesBetweenHelloAndWelcomeIsToldAfterIt() throws Exception {
        CommandHandler handler = CommandHandler.answering(invocation -> Payload.empty());
        connector = builder().serves("cellar").open();
        ScriptedPeer peer = controller.accept();
        Hello hello = next(peer.hellos);
        connector.handler("pour", handler);

        peer.run(link -> link.welcome(new Welcome("node-1", "cellar", "")));

        assertThat(hello.operations()).isEmpty();
        assertThat(next(peer.operations)).isEqualTo(Set.of("pour"));
    }

    @Test
    void aHandlerWithoutATargetIsAMistakeOfItsOwner() {
        ConnectorBuilder wrong = builder().handler("pour", CommandHandler.answering(invocation -> Payload.empty()));

        assertThatThrownBy(wrong::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("serves(target)");
    }

    @Test
    void settingsOutOfRangeAreRefusedWithTheRange() {
        ConnectorBuilder builder = builder();

        assertThatThrownBy(() -> Connector.builder("no spaces")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.threads(0)).hasMessage("threads 0 is out of range, allowed are 1 to 1024");
        assertThatThrownBy(() -> builder.queue(-1)).hasMessageContaining("0 to 1000000");
        assertThatThrownBy(() -> builder.capacity(0)).hasMessageContaining("1 to 1000000");
        assertThatThrownBy(() -> builder.controller("nowhere")).hasMessageContaining("host:port");
        assertThatThrownBy(() -> builder.dialWait(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("2000 to");
        assertThatThrownBy(() -> builder.sendQueue(0, 1024)).hasMessageContaining("commands 0");
    }

    private ConnectorState nextState(Phase phase) throws InterruptedException {
        ConnectorState state = next(states);
        while (state.phase() != phase) {
            state = next(states);
        }
        return state;
    }
}
