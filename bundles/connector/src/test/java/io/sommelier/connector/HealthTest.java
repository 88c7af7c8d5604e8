package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Health;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connector says when a controller asks how it is. */
@Timeout(30)
class HealthTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final CountDownLatch gate = new CountDownLatch(1);
    private ScriptedController controller;
    private Connector connector;

    @BeforeEach
    void listen() throws Exception {
        controller = new ScriptedController();
    }

    @AfterEach
    void close() throws Exception {
        gate.countDown();
        controller.close();
        if (connector != null) {
            connector.close(Duration.ZERO);
        }
    }

    private ScriptedPeer connect(Callable<Health> check) throws Exception {
        return connect(builder().health(check));
    }

    private ConnectorBuilder builder() {
        return Connector.builder("cellar-1")
                .controller(controller.address())
                .dialWait(Duration.ofMillis(1), Duration.ofMillis(5))
                .serves("cellar");
    }

    private ScriptedPeer connect(ConnectorBuilder builder) throws Exception {
        connector = builder.open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        return peer;
    }

    private static Command check() {
        return Command.to("cellar", Health.OPERATION).build();
    }

    private static String messageOf(Part failed) {
        assertThat(failed.status()).isEqualTo(PartStatus.FAILED);
        return failed.error().orElseThrow().message();
    }

    /** A check that stays until the gate opens. */
    private Callable<Health> hanging(AtomicInteger running, CountDownLatch entered) {
        return () -> {
            running.incrementAndGet();
            entered.countDown();
            gate.await();
            running.decrementAndGet();
            return Health.up("at last");
        };
    }

    @Test
    void upIsCompleteAndDownIsFailedEachWithItsDetail() throws Exception {
        BlockingQueue<Health> says = new LinkedBlockingQueue<>();
        ScriptedPeer peer = connect(says::take);

        says.add(Health.up("3 barrels"));
        peer.send(check());
        Part up = next(peer.parts);
        assertThat(up.status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(up.payload().asText()).isEqualTo("3 barrels");

        says.add(Health.down("no barrel"));
        peer.send(check());
        assertThat(messageOf(next(peer.parts))).isEqualTo("no barrel");
    }

    @Test
    void whatTheCheckThrowsIsDown() throws Exception {
        ScriptedPeer peer = connect(() -> {
            throw new IllegalStateException("the pump is broken");
        });

        peer.send(check());

        assertThat(messageOf(next(peer.parts))).isEqualTo("the pump is broken");
    }

    @Test
    void checkIsAnsweredThoughAllThreadsAreBusyAndTheQueueIsFull() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        ScriptedPeer peer = connect(builder()
                .threads(1)
                .queue(1)
                .handler("pour", (invocation, responder) -> {
                    busy.countDown();
                    gate.await();
                    responder.complete(Payload.empty());
                })
                .health(() -> {
                    threads.add(Thread.currentThread().getName());
                    return Health.up();
                }));
        Command pour = Command.to("cellar", "pour").build();
        peer.send(pour);
        assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
        peer.send(Command.to("cellar", "pour").build());
        peer.send(Command.to("cellar", "pour").build());
        assertThat(next(peer.parts).error().orElseThrow().code()).isEqualTo(ErrorCode.MEMBER_BUSY);

        peer.send(check());

        assertThat(next(peer.parts).status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(next(threads)).isEqualTo("sommelier-cellar-1-health-1");
    }

    @Test
    void checksRunOneAtATimeAndWhatPilesUpIsRefused() throws Exception {
        AtomicInteger running = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(1);
        ScriptedPeer peer = connect(hanging(running, entered));
        peer.send(check());
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        peer.send(check());

        peer.send(check());

        assertThat(next(peer.parts).error().orElseThrow().code()).isEqualTo(ErrorCode.MEMBER_BUSY);
        assertThat(running).hasValue(1);
        gate.countDown();
        assertThat(next(peer.parts).payload().asText()).isEqualTo("at last");
        assertThat(next(peer.parts).payload().asText()).isEqualTo("at last");
    }

    @Test
    void handlerOfTheOperationNeverRunsOnTheIoThread() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        CommandHandler handler = (invocation, responder) -> {
            threads.add(Thread.currentThread().getName());
            responder.complete(Payload.empty());
        };
        ScriptedPeer peer = connect(builder().directHandler(Health.OPERATION, handler));
        peer.send(check());
        assertThat(next(threads)).isEqualTo("sommelier-cellar-1-health-1");

        connector.directHandler(Health.OPERATION, handler);
        peer.send(check());
        assertThat(next(threads)).isEqualTo("sommelier-cellar-1-health-1");
    }

    @Test
    void connectorThatClosesDoesNotWaitForACheck() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        ScriptedPeer peer = connect(hanging(new AtomicInteger(), entered));
        peer.send(check());
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        connector.closeLater(Duration.ofHours(1)).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(connector.state().phase()).isEqualTo(ConnectorState.Phase.CLOSED);
    }
}
