package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that are called one at a time: no call is lost, no thread is lost, and none of them keeps a task from another. */
@Timeout(60)
class HandlerThreadsTest {
    private static final int MOST = 4;

    private final HandlerThreads threads = new HandlerThreads(MOST, HandlerThreadsTest::quiet);

    @AfterEach
    void close() throws InterruptedException {
        threads.close();
        assertThat(threads.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
    }

    /** One that dies without a word. */
    private static Thread quiet(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((died, error) -> {});
        return thread;
    }

    private static void inTime(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).as("all tasks ran").isTrue();
    }

    /** Some time between nothing and more than a thread looks for tasks before it sleeps. */
    private static void pause(int round) {
        if (round % 16 == 0) {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(100_000));
        } else {
            int looks = ThreadLocalRandom.current().nextInt(1 + (round % 8) * 150);
            for (int i = 0; i < looks; i++) {
                Thread.onSpinWait();
            }
        }
    }

    private static Thread started(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        return thread;
    }

    private interface Task {
        void run() throws Exception;
    }

    /** As many tasks as there are threads, which wait for each other. */
    private void allThreadsMeet() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(MOST);
        CyclicBarrier meeting = new CyclicBarrier(MOST);
        for (int i = 0; i < MOST; i++) {
            assertThat(threads.execute(() -> meet(meeting, ran))).isTrue();
        }
        inTime(ran);
    }

    private static void meet(CyclicBarrier meeting, CountDownLatch ran) {
        try {
            meeting.await(20, TimeUnit.SECONDS);
            ran.countDown();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noTaskIsForgottenWhereverTheThreadsAreOnTheirWayToSleep() throws Exception {
        for (int round = 0; round < 20_000; round++) {
            CountDownLatch ran = new CountDownLatch(1 + round % 3);
            for (long i = ran.getCount(); i > 0; i--) {
                threads.execute(ran::countDown);
            }
            inTime(ran);
            pause(round);
        }
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {1, MOST})
    void noTaskIsForgottenThatComesWhileOthersCome(int most) throws Exception {
        HandlerThreads shared = new HandlerThreads(most, HandlerThreadsTest::quiet);
        int rounds = 10_000;
        CountDownLatch ran = new CountDownLatch(3 * rounds);

        Task sending = () -> send(rounds, shared, ran);
        for (Thread sender : List.of(started(sending), started(sending), started(sending))) {
            sender.join();
        }

        inTime(ran);
        shared.close();
    }

    private static void send(int rounds, HandlerThreads shared, CountDownLatch ran) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            CountDownLatch mine = new CountDownLatch(1);
            shared.execute(() -> {
                ran.countDown();
                mine.countDown();
            });
            if (round % 4 == 0) {
                inTime(mine);
                pause(round);
            }
        }
    }

    @Test
    void tasksThatWaitForEachOtherEachHaveAThreadAtOnce() throws Exception {
        for (int round = 0; round < 5_000; round++) {
            allThreadsMeet();
            pause(round);
        }

        assertThat(threads.size()).isEqualTo(MOST);
    }

    @Test
    void aTaskThatComesWhileOthersBlockHasAThreadAtOnce() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            CountDownLatch gate = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(MOST - 1);
            for (int i = 1; i < MOST; i++) {
                threads.execute(() -> {
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    ended.countDown();
                });
            }
            pause(round);
            CountDownLatch ran = new CountDownLatch(1);

            threads.execute(ran::countDown);

            inTime(ran);
            gate.countDown();
            inTime(ended);
        }
    }

    @Test
    void neverDoMoreRunAtOnceThanThereMayBeThreads() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger highest = new AtomicInteger();
        int tasks = 50_000;
        CountDownLatch ran = new CountDownLatch(tasks);

        for (int i = 0; i < tasks; i++) {
            threads.execute(() -> {
                highest.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                running.decrementAndGet();
                ran.countDown();
            });
        }

        inTime(ran);
        assertThat(highest.get()).isLessThanOrEqualTo(MOST);
        assertThat(threads.size()).isLessThanOrEqualTo(MOST);
    }

    @Test
    void oneThreadRunsTasksInTheOrderOfTheirComing() throws Exception {
        HandlerThreads one = new HandlerThreads(1, HandlerThreadsTest::quiet);
        Queue<Integer> order = new ConcurrentLinkedQueue<>();
        CountDownLatch ran = new CountDownLatch(10_000);

        for (int i = 0; i < 10_000; i++) {
            int number = i;
            one.execute(() -> {
                order.add(number);
                ran.countDown();
            });
        }

        inTime(ran);
        one.close();
        assertThat(List.copyOf(order)).isSorted();
    }

    @Test
    void aTaskThatKillsItsThreadCostsNoOtherTaskAndNoThread() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            CountDownLatch ran = new CountDownLatch(4);
            for (int i = 0; i < 8; i++) {
                boolean kills = i % 2 == 0;
                threads.execute(() -> {
                    if (kills) {
                        throw new StackOverflowError("of the test");
                    }
                    ran.countDown();
                });
            }
            inTime(ran);
        }

        allThreadsMeet();
        assertThat(threads.size()).isEqualTo(MOST);
    }

    @Test
    void whenTheOnlyThreadDiesAnotherRunsWhatWaits() throws Exception {
        HandlerThreads one = new HandlerThreads(1, HandlerThreadsTest::quiet);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch ran = new CountDownLatch(1);
        one.execute(() -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new StackOverflowError("of the test");
        });
        one.execute(ran::countDown);

        gate.countDown();

        inTime(ran);
        one.close();
    }

    @Test
    void aThreadThatCannotBeStartedIsTriedAgainWithTheNextTask() throws Exception {
        AtomicBoolean isFull = new AtomicBoolean(true);
        HandlerThreads scarce = new HandlerThreads(1, work -> new Thread(work) {
            @Override
            public synchronized void start() {
                if (isFull.get()) {
                    throw new OutOfMemoryError("no thread, says the test");
                }
                super.start();
            }
        });
        CountDownLatch ran = new CountDownLatch(2);
        assertThat(scarce.execute(ran::countDown)).isTrue();
        assertThat(scarce.size()).isZero();
        isFull.set(false);

        scarce.execute(ran::countDown);

        inTime(ran);
        scarce.close();
    }

    @Test
    void anInterruptThatATaskLeavesBehindDisturbsNeitherTheNextOneNorSleep() throws Exception {
        HandlerThreads one = new HandlerThreads(1, HandlerThreadsTest::quiet);
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicBoolean wasInterrupted = new AtomicBoolean(true);
        CountDownLatch ran = new CountDownLatch(1);
        one.execute(() -> {
            thread.set(Thread.currentThread());
            Thread.currentThread().interrupt();
        });

        one.execute(() -> {
            wasInterrupted.set(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
            ran.countDown();
        });

        inTime(ran);
        assertThat(wasInterrupted).isFalse();
        await().until(() -> !thread.get().isInterrupted()); // else it cannot sleep
        await().until(() -> thread.get().getState() == Thread.State.WAITING);
        one.close();
    }

    @Test
    void closingInterruptsWhatRunsAndEndsTheThreads() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        threads.execute(() -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        inTime(entered);

        assertThat(threads.close()).isEmpty();

        assertThat(threads.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).isTrue();
        assertThat(threads.execute(() -> {})).isFalse();
    }

    @Test
    void closedUnderLoadEachTaskRanOrIsGivenBackOrWasRefused() throws Exception {
        for (int round = 0; round < 400; round++) {
            HandlerThreads closed = new HandlerThreads(MOST, HandlerThreadsTest::quiet);
            Set<Runnable> taken = ConcurrentHashMap.newKeySet();
            Queue<Runnable> ran = new ConcurrentLinkedQueue<>();
            CountDownLatch begun = new CountDownLatch(2);
            Task sending = () -> {
                begun.countDown();
                while (true) {
                    Runnable task = new Runnable() {
                        @Override
                        public void run() {
                            ran.add(this);
                        }
                    };
                    taken.add(task);
                    if (!closed.execute(task)) {
                        taken.remove(task);
                        return;
                    }
                }
            };
            List<Thread> senders = List.of(started(sending), started(sending));
            inTime(begun);
            pause(round);

            List<Runnable> left = closed.close();

            for (Thread sender : senders) {
                sender.join();
            }
            assertThat(closed.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ran.size() + left.size()).isEqualTo(taken.size());
            ran.addAll(left);
            assertThat(Set.copyOf(ran)).isEqualTo(taken);
        }
    }
}
