package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every pair of answer, credit, end and another answer, thousands of times. */
@Timeout(50)
class ExecutionRaceTest {
    private static final int RUNS = 20_000;
    private static final CommandHandler SILENT = (invocation, responder) -> {};
    private static final Payload BYTE = Payload.ofText("x");
    /** What a part with that payload costs. */
    private static final int COST = Part.MIN_COST_BYTES;

    private final ExecutorService racers = Executors.newCachedThreadPool();
    private final HandlerExecutor executor = new HandlerExecutor("race", 2, 10);

    @AfterEach
    void stop() {
        racers.shutdownNow();
        executor.close(Duration.ofSeconds(5));
    }

    private interface Racer {
        void run(RecordedExecution execution);
    }

    /** Runs the racers against each other on fresh executions, and hands each execution to the judge. */
    private void race(long credit, Racer judge, Racer... racing) throws Exception {
        race(credit, RUNS, judge, racing);
    }

    private void race(long credit, int runs, Racer judge, Racer... racing) throws Exception {
        RecordedExecution[] current = new RecordedExecution[1];
        CyclicBarrier barrier = new CyclicBarrier(racing.length + 1);
        List<Future<?>> running = new ArrayList<>();
        for (Racer racer : racing) {
            running.add(racers.submit(() -> {
                for (int i = 0; i < runs; i++) {
                    barrier.await();
                    racer.run(current[0]);
                    barrier.await();
                }
                return null;
            }));
        }
        for (int i = 0; i < runs; i++) {
            current[0] = RecordedExecution.direct(SILENT, credit);
            barrier.await();
            barrier.await();
            assertThat(current[0].overlaps).hasValue(0);
            judge.run(current[0]);
        }
        finish(running);
    }

    private static void finish(List<Future<?>> running) throws InterruptedException, ExecutionException {
        for (Future<?> future : running) {
            future.get();
        }
    }

    @Test
    void ofTwoTerminalsOneIsEmittedAndOneIsLate() throws Exception {
        race(
                0,
                execution -> {
                    assertThat(execution.parts).hasSize(1);
                    assertThat(execution.late).hasValue(1);
                },
                execution -> execution.complete(BYTE),
                execution -> execution.fail("no"));
    }

    @Test
    void ofEndAndTerminalTheCancelTaskOrTheTerminalComesNeverBothNorNone() throws Exception {
        AtomicInteger cancels = new AtomicInteger();
        AtomicInteger terminals = new AtomicInteger();
        race(
                0,
                execution -> {
                    terminals.addAndGet(execution.parts.size());
                    assertThat(execution.parts.size() + execution.unanswered.get())
                            .isEqualTo(1);
                },
                execution -> {
                    execution.onCancel(cancels::incrementAndGet);
                    execution.complete(BYTE);
                },
                RecordedExecution::end);

        assertThat(cancels.get() + terminals.get()).isEqualTo(RUNS);
    }

    @Test
    void dataThatRacesWithTheTerminalIsCountedInItOrDropped() throws Exception {
        race(
                1000 * COST,
                execution -> {
                    Part terminal = execution.last();
                    assertThat(terminal.status()).isEqualTo(PartStatus.COMPLETE);
                    assertThat(terminal.finalCount()).isEqualTo(execution.parts.size() - 1);
                    assertThat(execution.parts.size() + execution.late.get()).isEqualTo(4);
                },
                execution -> {
                    execution.data(BYTE);
                    execution.data(BYTE);
                    execution.data(BYTE);
                },
                execution -> execution.complete(BYTE));
    }

    @Test
    void dataOfSeveralThreadsIsNumberedWithoutGaps() throws Exception {
        race(
                1000 * COST,
                execution -> {
                    assertThat(execution.parts).hasSize(6);
                    for (int i = 0; i < 6; i++) {
                        assertThat(execution.parts.get(i).sequence()).isEqualTo(i);
                    }
                },
                execution -> {
                    execution.data(BYTE);
                    execution.data(BYTE);
                    execution.data(BYTE);
                },
                execution -> {
                    execution.data(BYTE);
                    execution.data(BYTE);
                    execution.data(BYTE);
                });
    }

    @Test
    void noMoreDataIsTakenThanCreditAllows() throws Exception {
        Racer many = execution -> {
            for (int i = 0; i < 100; i++) {
                execution.data(BYTE);
            }
        };
        race(100 * COST, RUNS / 20, execution -> assertThat(execution.parts).hasSize(100), many, many);
    }

    @Test
    void noCreditIsLostWhereItIsGivenAndTakenAtOnce() throws Exception {
        int times = 5_000;
        Racer taker = execution -> {
            for (int i = 0; i < times; i++) {
                execution.data(BYTE);
            }
        };
        Racer giver = execution -> {
            for (int i = 0; i < times; i++) {
                execution.credit(COST);
            }
        };
        race(
                times * COST,
                100,
                execution -> {
                    while (execution.data(BYTE)) {
                        Thread.onSpinWait();
                    }
                    assertThat(execution.bytes).hasValue(2 * times);
                },
                taker,
                giver);
    }

    /** Goes on until both threads have been seen at work at once, which on a busy machine may take a while. */
    @Test
    void noCreditIsLostWhereTwoThreadsGiveIt() throws Exception {
        var execution = new RecordedExecution(SILENT, 0, null) {
            @Override
            protected void emit(Part part) {}
        };
        AtomicInteger[] batches = {new AtomicInteger(), new AtomicInteger()};
        AtomicInteger meetings = new AtomicInteger();
        List<Future<?>> givers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            AtomicInteger own = batches[i];
            AtomicInteger others = batches[1 - i];
            givers.add(racers.submit(() -> {
                int seen = others.get();
                while (own.get() < 1_000_000 && meetings.get() < 3000) {
                    for (int given = 0; given < COST; given++) {
                        execution.credit(1);
                    }
                    own.incrementAndGet();
                    if (others.get() != seen) {
                        seen = others.get();
                        meetings.incrementAndGet();
                    }
                }
            }));
        }
        finish(givers);
        execution.credit(1); // pays for one part more, if not a single byte is missing

        int parts = 0;
        while (execution.data(BYTE)) {
            parts++;
        }

        assertThat(parts).isEqualTo(batches[0].get() + batches[1].get() + 1);
    }

    @Test
    void dataOfTwoThreadsThatRacesWithTheTerminalNeverComesAfterIt() throws Exception {
        Racer some = execution -> {
            for (int i = 0; i < 20; i++) {
                execution.data(BYTE);
            }
        };
        race(
                1000 * COST,
                RUNS / 4,
                execution -> {
                    assertThat(execution.last().status()).isEqualTo(PartStatus.COMPLETE);
                    assertThat(execution.last().finalCount()).isEqualTo(execution.parts.size() - 1);
                },
                some,
                some,
                execution -> execution.complete(BYTE));
    }

    /**
     * One thread answers data from inside its own emit, so that it waits for the lane, while the other answers the terminal: in the few instructions between taking note of the lane and
     * lining up, the terminal may be faster.
     */
    @Test
    void dataThatLinesUpBehindTheTerminalIsLate() throws Exception {
        int runs = 300_000;
        var turn = new AtomicInteger(); // even: the main thread's; odd: the other one's
        RecordedExecution[] current = new RecordedExecution[1];
        Future<?> other = racers.submit(() -> {
            for (int i = 0; i < runs; i++) {
                awaitTurn(turn, 2 * i + 1);
                current[0].complete(BYTE);
                turn.set(2 * i + 2);
            }
        });
        for (int i = 0; i < runs; i++) {
            int round = i;
            var execution = new RecordedExecution(SILENT, 1000 * COST, null) {
                @Override
                protected void emit(Part part) {
                    super.emit(part);
                    if (parts.size() == 1) {
                        turn.set(2 * round + 1);
                        for (int spin = round % 64; spin > 0; spin--) {
                            Thread.onSpinWait();
                        }
                        data(BYTE);
                        awaitTurn(turn, 2 * round + 2);
                    }
                }
            };
            current[0] = execution;
            execution.data(BYTE);

            assertThat(execution.last().status()).isEqualTo(PartStatus.COMPLETE);
            assertThat(execution.last().finalCount()).isEqualTo(execution.parts.size() - 1);
            assertThat(execution.parts.size() + execution.late.get()).isEqualTo(3);
        }
        finish(List.of(other));
    }

    private static void awaitTurn(AtomicInteger turn, int wanted) {
        for (int spins = 1; turn.get() != wanted; spins++) {
            if (spins % 256 != 0) {
                Thread.onSpinWait();
            } else if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("the time is over at turn " + turn);
            } else {
                Thread.yield();
            }
        }
    }

    @Test
    void nothingIsEmittedAfterEnd() throws Exception {
        race(
                1000 * COST,
                execution -> {
                    int emitted = execution.parts.size();
                    assertThat(execution.unanswered).hasValue(1);
                    execution.data(BYTE);
                    execution.complete(BYTE);
                    assertThat(execution.parts).hasSize(emitted);
                },
                execution -> {
                    execution.data(BYTE);
                    execution.data(BYTE);
                },
                RecordedExecution::end);
    }

    @Test
    void aDirectStreamNeverMissesTheCreditThatRacesWithARefusal() throws Exception {
        streamAgainstSmallCredit(null);
    }

    @Test
    void aStreamOnTheExecutorNeverMissesTheCreditThatRacesWithARefusal() throws Exception {
        streamAgainstSmallCredit(executor);
    }

    /** One thread gives credit part by part, never ahead of need: a single lost wake-up would stop the stream for good. */
    private static void streamAgainstSmallCredit(HandlerExecutor where) throws Exception {
        int parts = 100_000;
        AtomicInteger inTask = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        var execution =
                new RecordedExecution(
                        (invocation, responder) -> responder.onCredit(() -> {
                            if (inTask.getAndIncrement() != 0) {
                                overlaps.incrementAndGet();
                            }
                            while (sent.get() < parts && responder.data(BYTE)) {
                                sent.incrementAndGet();
                            }
                            if (sent.get() == parts) {
                                responder.complete(Payload.empty());
                            }
                            inTask.decrementAndGet();
                        }),
                        0,
                        where) {
                    private long count;

                    @Override
                    protected void emit(Part part) {
                        assertThat(part.status().isTerminal() ? part.finalCount() : part.sequence())
                                .isEqualTo(count++);
                        bytes.addAndGet(part.payload().size());
                        if (part.status().isTerminal()) {
                            parts().add(part);
                        }
                    }

                    private List<Part> parts() {
                        return this.parts;
                    }
                };

        execution.start();
        for (int given = 0; given < parts; given++) {
            execution.credit(COST);
            if (given % 7 == 0) {
                while (execution.bytes.get() < given - 2) {
                    Thread.onSpinWait();
                    assertThat(Thread.currentThread().isInterrupted())
                            .as("the time is over after %d parts", given)
                            .isFalse();
                }
            }
        }

        Awaitility.await().until(() -> !execution.parts.isEmpty());
        assertThat(execution.last().finalCount()).isEqualTo(parts);
        assertThat(overlaps).hasValue(0);
    }
}
