package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Executions that learn what they are about only when a thread takes them. */
@Timeout(30)
class ClaimedExecutionTest {
    private static final class Claimed extends Execution {
        final List<String> events = new CopyOnWriteArrayList<>();
        final boolean isWanted;
        final AtomicInteger inside = new AtomicInteger();
        volatile boolean overlapped;

        Claimed(HandlerExecutor executor, boolean isWanted) {
            super(executor);
            this.isWanted = isWanted;
        }

        @Override
        protected boolean claim() {
            note("claim");
            if (isWanted) {
                bind(
                        (invocation, responder) -> {
                            events.add("handle");
                            responder.data(Payload.ofText("x"));
                            responder.complete(Payload.empty());
                        },
                        new Invocation(Command.to("target", "operation").build(), "", "", 1, System::nanoTime),
                        0);
            }
            return isWanted;
        }

        @Override
        protected void emit(Part part) {
            note(part.status().name());
        }

        @Override
        protected void unanswered() {
            note("unanswered");
        }

        boolean takeBack() {
            return withdraw();
        }

        private void note(String event) {
            overlapped |= inside.getAndIncrement() != 0;
            events.add(event);
            inside.decrementAndGet();
        }
    }

    @Test
    void isClaimedRightBeforeItIsHandledAndKeepsTheCreditThatCameBefore() {
        Claimed execution = new Claimed(null, true);
        execution.credit(1);

        execution.start();

        assertThat(execution.events).containsExactly("claim", "handle", "DATA", "COMPLETE");
    }

    @Test
    void nothingFollowsARefusedClaim() {
        Claimed execution = new Claimed(null, false);

        execution.start();
        execution.end();
        execution.complete(Payload.empty());

        assertThat(execution.events).containsExactly("claim");
        assertThat(execution.isEnded()).isTrue();
    }

    @Test
    void isNotClaimedWhenItEndedBefore() {
        Claimed execution = new Claimed(null, true);

        execution.end();
        execution.start();

        assertThat(execution.events).containsExactly("unanswered");
    }

    @Test
    void isNotClaimedByAnExecutorThatIsFullAndCanBeTakenBack() throws Exception {
        HandlerExecutor executor = new HandlerExecutor("full", 1, 0);
        CountDownLatch gate = new CountDownLatch(1);
        new RecordedExecution((invocation, responder) -> gate.await(), 0, executor).start();
        Claimed execution = new Claimed(executor, true);

        boolean started = execution.tryStart();
        boolean back = execution.takeBack();
        execution.end();

        assertThat(started).isFalse();
        assertThat(back).isTrue();
        assertThat(execution.events).isEmpty();
        gate.countDown();
        executor.close(Duration.ofSeconds(5));
    }

    @Test
    void endsUnansweredWhenItsExecutorIsClosedWithItInTheQueue() throws Exception {
        HandlerExecutor executor = new HandlerExecutor("closing", 1, 1);
        CountDownLatch entered = new CountDownLatch(1);
        new RecordedExecution(
                        (invocation, responder) -> {
                            entered.countDown();
                            new CountDownLatch(1).await();
                        },
                        0,
                        executor)
                .start();
        entered.await();
        Claimed execution = new Claimed(executor, true);
        execution.start();

        executor.close(Duration.ZERO);

        await().untilAsserted(() -> assertThat(execution.events).containsExactly("unanswered"));
    }

    @Test
    void claimPartsAndEndNeverOverlapHoweverTheyRace() throws Exception {
        int runs = 20_000;
        Claimed[] current = new Claimed[1];
        CyclicBarrier barrier = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> ending = other.submit(() -> {
            for (int i = 0; i < runs; i++) {
                barrier.await();
                current[0].end();
                barrier.await();
            }
            return null;
        });

        for (int i = 0; i < runs; i++) {
            Claimed execution = new Claimed(null, true);
            execution.credit(10);
            current[0] = execution;
            barrier.await();
            execution.start();
            barrier.await();
            List<String> events = execution.events;
            assertThat(execution.overlapped).isFalse();
            assertThat(events.contains(PartStatus.COMPLETE.name()) ^ events.contains("unanswered"))
                    .isTrue();
            assertThat(events.get(events.size() - 1)).isIn("COMPLETE", "unanswered", "handle");
        }
        ending.get();
        other.shutdown();
    }
}
