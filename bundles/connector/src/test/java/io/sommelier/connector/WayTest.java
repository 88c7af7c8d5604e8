package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import io.sommelier.connector.ConnectorState.Phase;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes before the hello: addresses, credentials that are asked for, proxies, and what is said of the state meanwhile. */
@Timeout(60)
class WayTest {
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

    private ConnectorState nextState(Phase phase) throws InterruptedException {
        ConnectorState state = next(states);
        while (state.phase() != phase) {
            state = next(states);
        }
        return state;
    }

    // --- addresses --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "cellar:7007, false, false, ''",
        "tcp://cellar:7007, false, false, ''",
        "TLS://cellar:7007, true, true, ''",
        "tls://[::1]:7007, true, true, ''",
        "ws://under_score:7008, false, false, /sommelier",
        "wss://cellar:443/a/b?c=d, true, true, /a/b?c=d"
    })
    void anAddressSaysWhatIsSpoken(String text, boolean isSecure, boolean isSecureAnyway, String path) {
        ControllerAddress address = ControllerAddress.parse(text, false);

        assertThat(address.isSecure()).isEqualTo(isSecure);
        assertThat(address.path()).isEqualTo(path);
        assertThat(address).hasToString(text);
        if (text.indexOf('/') < 0) {
            assertThat(ControllerAddress.parse(text, true).isSecure()).isTrue();
        } else {
            assertThat(ControllerAddress.parse(text, true).isSecure()).isEqualTo(isSecureAnyway);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "tls://", "tls://cellar", "http://cellar:80", "ws://cellar:80/a b", "wss://:1/", "://a:1"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Connector.builder("cellar-1").controller(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // --- credentials ------------------------------------------------------------------------------------------

    @Test
    void theCredentialIsAskedForBeforeEachAttemptOnAThreadOfItsOwn() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        List<String> threads = new ArrayList<>();
        connector = builder()
                .credentials(() -> {
                    threads.add(Thread.currentThread().getName());
                    return new Credential("token", Payload.ofText("secret-" + asked.incrementAndGet()));
                })
                .open();
        ScriptedPeer first = controller.accept();
        assertThat(first.welcome("").credential().secret().asText()).isEqualTo("secret-1");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        first.vanish();

        assertThat(controller.accept().welcome("").credential().secret().asText())
                .isEqualTo("secret-2");
        assertThat(threads).containsOnly("sommelier-cellar-1-ready");
    }

    @Test
    void aCredentialThatCannotBeHadFailsTheAttemptAndTheNextOneHasItAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        connector = builder()
                .credentials(() -> switch (asked.incrementAndGet()) {
                    case 1 -> throw new IOException("the vault is shut");
                    case 2 -> null;
                    case 3 -> throw new NoClassDefFoundError("Vault");
                    default -> Credential.NONE;
                })
                .open();

        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("the vault is shut");
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("null");
        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("Vault");
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aCredentialThatNeverComesIsGivenUpAndItsThreadInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        connector = builder()
                .connectLimit(Duration.ofMillis(200))
                .credentials(() -> {
                    if (asked.incrementAndGet() > 1) {
                        return Credential.NONE;
                    }
                    try {
                        new CountDownLatch(1).await();
                        return Credential.NONE;
                    } finally {
                        interrupted.countDown();
                    }
                })
                .open();

        assertThat(nextState(Phase.UNREACHED).goodbye().orElseThrow().message()).contains("200 ms");
        interrupted.await();
        controller.accept().welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
    }

    @Test
    void aCloseWhileTheCredentialIsAskedForEndsAtOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        connector = builder()
                .connectLimit(Duration.ofMinutes(5))
                .credentials(() -> {
                    asked.countDown();
                    try {
                        new CountDownLatch(1).await();
                        return Credential.NONE;
                    } finally {
                        interrupted.countDown();
                    }
                })
                .open();
        asked.await();

        connector.close(Duration.ofMinutes(5));

        assertThat(connector.state().phase()).isEqualTo(Phase.CLOSED);
        interrupted.await();
    }

    // --- state ------------------------------------------------------------------------------------------------

    @Test
    void aRefusalIsToldAsOneAndWhy() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.accept();
        next(peer.hellos);

        peer.run(link -> link.refuse(new Goodbye(CloseReason.OVERLOADED, true, "full")));

        ConnectorState refused = nextState(Phase.REFUSED);
        assertThat(refused.goodbye().orElseThrow().reason()).isEqualTo(CloseReason.OVERLOADED);
        assertThat(refused.address()).isEqualTo(controller.address());
    }

    @Test
    void aControllerThatDrainsIsToldAndIsNotActiveAnyMore() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(nextState(Phase.ACTIVE).welcome()).isPresent();

        peer.run(io.sommelier.wire.Link::drain);

        assertThat(nextState(Phase.DRAINING).welcome()).isPresent();
        assertThat(connector.isActive()).isFalse();
        peer.run(link -> link.close(new Goodbye(CloseReason.SHUTDOWN, true, "until later")));
        assertThat(nextState(Phase.LOST).goodbye().orElseThrow().message()).isEqualTo("until later");
    }

    @Test
    void everyListenerHearsOnTheThreadOfTheConnectorWhateverAnotherThrows() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        connector = builder()
                .onState(state -> {
                    throw new StackOverflowError("listener");
                })
                .onState(state -> threads.add(
                        state.phase() + " on " + Thread.currentThread().getName()))
                .open();

        controller.accept().welcome("");

        assertThat(next(threads)).isEqualTo("CONNECTING on sommelier-cellar-1-io");
        assertThat(next(threads)).isEqualTo("ACTIVE on sommelier-cellar-1-io");
        assertThat(connector.isActive()).isTrue();
    }

    @Test
    void itIsActiveOnlyBetweenWelcomeAndLossOverAHundredReconnects() throws Exception { // GX-4 defect 7
        connector = builder().open();
        for (int i = 0; i < 100; i++) {
            ScriptedPeer peer = controller.accept();
            next(peer.hellos);
            assertThat(connector.isActive()).isFalse();
            int token = i;
            peer.run(link -> link.welcome(new io.sommelier.api.Welcome("node-1", "", "token-" + token)));
            assertThat(nextState(Phase.ACTIVE)).isNotNull();
            assertThat(connector.isActive()).isTrue();

            peer.vanish();

            assertThat(nextState(Phase.LOST)).isNotNull();
            assertThat(connector.isActive()).isFalse();
        }
        assertThat(threadsOf("sommelier-cellar-1")).isLessThanOrEqualTo(2);
    }

    @Test
    void nobodyNeedsToKeepAnOpenConnector() throws Exception { // GX-4: a client that was collected closed its socket
        openAndForget();
        for (int i = 0; i < 3; i++) {
            ScriptedPeer peer = controller.accept();
            collectGarbage();
            peer.welcome("token");
            collectGarbage();

            peer.send(
                    Command.to("cellar", "pour").payload(Payload.ofText("red")).build());

            assertThat(next(peer.parts).payload().asText()).isEqualTo("red");
            peer.vanish();
            collectGarbage();
        }
        ScriptedPeer last = controller.accept();
        last.welcome("token");
        last.run(link -> link.close(new Goodbye(CloseReason.NORMAL, false, "enough")));
        await().atMost(LIMIT).until(() -> threadsOf("sommelier-forgotten") == 0);
    }

    private void openAndForget() {
        Connector.builder("forgotten")
                .controller(controller.address())
                .dialWait(Duration.ofMillis(1), Duration.ofMillis(5))
                .serves("cellar")
                .handler("pour", CommandHandler.answering(Invocation::payload))
                .open();
    }

    /** Returns when what nobody holds is gone. */
    private static void collectGarbage() {
        WeakReference<Object> nobodys = new WeakReference<>(new Object());
        await().atMost(LIMIT).until(() -> {
            System.gc();
            return nobodys.get() == null;
        });
    }

    private static long threadsOf(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }
}
