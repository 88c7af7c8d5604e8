package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HandlerExecutorTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CommandHandler waiting = (invocation, responder) -> {
        entered.countDown();
        gate.await();
        responder.complete(Payload.empty());
    };
    private HandlerExecutor executor = new HandlerExecutor("cellar", 1, 1);

    @AfterEach
    void stop() {
        gate.countDown();
        executor.close(Duration.ofSeconds(5));
    }

    private RecordedExecution started(CommandHandler handler) {
        var execution = new RecordedExecution(handler, 0, executor);
        execution.start();
        return execution;
    }

    @Test
    void aCommandThatFindsThreadsAndQueueFullIsRefusedAndMayComeAgain() throws Exception {
        RecordedExecution runs = started(waiting);
        entered.await();
        RecordedExecution waits = started(waiting);

        RecordedExecution refused = started(waiting);

        var error = refused.last().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.MEMBER_BUSY);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.stage()).isEqualTo(Stage.MEMBER_QUEUE);
        assertThat(error.retryable()).isTrue();
        gate.countDown();
        await().untilAsserted(() -> {
            assertThat(runs.statuses()).containsExactly(PartStatus.COMPLETE);
            assertThat(waits.statuses()).containsExactly(PartStatus.COMPLETE);
        });
    }

    @Test
    void withoutAQueueAFreeThreadStillTakesACommand() throws Exception {
        executor = new HandlerExecutor("cellar", 2, 0);

        started(waiting);
        RecordedExecution second = started(waiting);
        RecordedExecution third = started(waiting);

        assertThat(second.parts).isEmpty();
        assertThat(third.last().error().orElseThrow().code()).isEqualTo(ErrorCode.MEMBER_BUSY);
    }

    @Test
    void aContinuationIsTakenHoweverFullTheQueueIs() throws Exception {
        started(waiting);
        entered.await();
        started(waiting);
        BlockingQueue<Integer> ran = new LinkedBlockingQueue<>();

        for (int i = 0; i < 100; i++) {
            int number = i;
            executor.execute(() -> ran.add(number));
        }
        gate.countDown();

        await().untilAsserted(() -> assertThat(ran).hasSize(100));
    }

    @Test
    void continuationsThatWaitTakeNoPlaceInTheQueueOfCommands() throws Exception {
        started(waiting);
        entered.await();
        executor.execute(() -> {});

        RecordedExecution waits = started(waiting);

        assertThat(waits.parts).isEmpty();
    }

    @Test
    void itsThreadsAreDaemonsAndSayWhoseTheyAre() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();

        RecordedExecution execution = started((invocation, responder) -> {
            thread.set(Thread.currentThread());
            responder.complete(Payload.empty());
        });

        await().until(execution::isEnded);
        assertThat(thread.get().getName()).isEqualTo("cellar-1");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void closingLetsWhatWasTakenEndAndRefusesWhatIsNew() throws Exception {
        RecordedExecution runs = started(waiting);
        entered.await();
        RecordedExecution waits = started(waiting);
        Thread closer = new Thread(() -> executor.close(Duration.ofSeconds(10)));
        closer.start();
        await().until(executor::isClosed);

        RecordedExecution refused = started(waiting);
        gate.countDown();
        closer.join();

        assertThat(refused.last().error().orElseThrow().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(runs.statuses()).containsExactly(PartStatus.COMPLETE);
        assertThat(waits.statuses()).containsExactly(PartStatus.COMPLETE);
    }

    @Test
    void atTheLimitOfClosingWhatRunsIsInterruptedAndWhatWaitsIsRefused() throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        started((invocation, responder) -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        entered.await();
        RecordedExecution waits = started(waiting);

        executor.close(Duration.ofMillis(1));

        assertThat(interrupted).isTrue();
        assertThat(waits.last().error().orElseThrow().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(waits.last().error().orElseThrow().outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void closedTwiceItReturnsAtOnce() {
        executor.close(Duration.ZERO);

        executor.close(Duration.ofDays(1));

        executor.execute(() -> {});
        assertThat(executor.isClosed()).isTrue();
    }

    @Test
    void itsOwnThreadMayNotCloseIt() {
        RecordedExecution execution = started((invocation, responder) -> executor.close(Duration.ofSeconds(1)));

        await().until(execution::isEnded);
        assertThat(execution.last().error().orElseThrow().message()).contains("its own threads");
    }

    @Test
    void creditTasksRunOnTheExecutor() throws Exception {
        AtomicReference<Responder> kept = new AtomicReference<>();
        RecordedExecution execution = started((invocation, responder) -> kept.set(responder));
        await().until(() -> kept.get() != null);
        AtomicReference<String> thread = new AtomicReference<>();
        execution.onCredit(() -> thread.set(Thread.currentThread().getName()));

        execution.credit(1);

        await().until(() -> thread.get() != null);
        assertThat(thread.get()).startsWith("cellar-");
    }

    @Test
    void aCreditTaskSetByTheHandlerRunsOnItsThreadAtOnceWhenThereIsCredit() throws Exception {
        AtomicBoolean ranInside = new AtomicBoolean();
        var execution = new RecordedExecution(
                (invocation, responder) -> {
                    AtomicReference<Thread> ran = new AtomicReference<>();
                    responder.onCredit(() -> ran.set(Thread.currentThread()));
                    ranInside.set(ran.get() == Thread.currentThread());
                    responder.complete(Payload.empty());
                },
                10,
                executor);

        execution.start();

        await().until(execution::isEnded);
        assertThat(ranInside).isTrue();
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new HandlerExecutor("x", 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandlerExecutor("x", 1025, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandlerExecutor("x", 1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandlerExecutor("x", 1, 1_000_001)).isInstanceOf(IllegalArgumentException.class);
    }
}
