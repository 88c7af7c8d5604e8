package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Many offer, one takes: nothing is lost or doubled, and the order of each who offers is kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SendQueueRaceTest {
    private static final int PRODUCERS = 3;

    private ExecutorService threads;

    @BeforeAll
    void start() {
        threads = Executors.newFixedThreadPool(PRODUCERS + 1);
    }

    @AfterAll
    void stop() {
        threads.shutdownNow();
    }

    /** What each producer got into the queue, by how many it was told were taken. */
    private List<Future<Integer>> produce(SendQueue queue, int each, boolean insist, CyclicBarrier together) {
        List<Future<Integer>> producers = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            int producer = i;
            producers.add(threads.submit(() -> {
                together.await();
                int taken = 0;
                for (int number = 0; number < each; number++) {
                    NumberedEntry entry = new NumberedEntry(producer, taken);
                    boolean accepted = queue.offer(entry);
                    while (!accepted && insist) {
                        Thread.onSpinWait();
                        accepted = queue.offer(entry);
                    }
                    taken += accepted ? 1 : 0;
                }
                return taken;
            }));
        }
        return producers;
    }

    private static void check(NumberedEntry entry, int[] nextOf) {
        if (entry.number != nextOf[entry.producer]++) {
            throw new AssertionError(entry + " came instead of number " + (nextOf[entry.producer] - 1));
        }
    }

    @Test
    void manyProducersAndOneConsumerThroughASmallQueue() throws Exception {
        for (int round = 0; round < 1000; round++) {
            SendQueue queue = new SendQueue(4 + round % 40);
            CyclicBarrier together = new CyclicBarrier(PRODUCERS);
            List<Future<Integer>> producers = produce(queue, 20, true, together);

            int[] nextOf = new int[PRODUCERS];
            int polled = 0;
            while (polled < PRODUCERS * 20) {
                NumberedEntry entry = (NumberedEntry) queue.poll();
                if (entry != null) {
                    check(entry, nextOf);
                    polled++;
                } else {
                    Thread.yield();
                }
            }

            for (Future<Integer> producer : producers) {
                assertThat(producer.get()).isEqualTo(20);
            }
            assertThat(queue.poll()).isNull();
            assertThat(queue.size()).isZero();
        }
    }

    @Test
    void everythingAcceptedBeforeACloseIsPolledAndNothingAfterIt() throws Exception {
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            SendQueue queue = new SendQueue(1000);
            CyclicBarrier together = new CyclicBarrier(PRODUCERS + 1);
            List<Future<Integer>> producers = produce(queue, 30, false, together);
            int[] nextOf = new int[PRODUCERS];

            together.await();
            for (int i = 0; i < round % 20; i++) {
                NumberedEntry entry = (NumberedEntry) queue.poll();
                if (entry != null) {
                    check(entry, nextOf);
                }
            }
            queue.close();
            // as a channel that goes does it: what is in the queue after the close is all that there will be
            for (Outgoing entry = queue.poll(); entry != null; entry = queue.poll()) {
                check((NumberedEntry) entry, nextOf);
            }

            for (int i = 0; i < PRODUCERS; i++) {
                int accepted = producers.get(i).get();
                assertThat(nextOf[i])
                        .as("accepted and polled of producer %s", i)
                        .isEqualTo(accepted);
                refused += 30 - accepted;
            }
            assertThat(queue.poll()).isNull();
        }
        assertThat(refused).as("some offers came after the close").isPositive();
    }

    @Test
    void queueNeverHoldsMoreThanItsCapacity() throws Exception {
        SendQueue queue = new SendQueue(3);
        CyclicBarrier together = new CyclicBarrier(PRODUCERS);
        List<Future<Integer>> producers = produce(queue, 20_000, false, together);

        int most = 0;
        int polled = 0;
        while (producers.stream().anyMatch(producer -> !producer.isDone())) {
            most = Math.max(most, queue.size());
            polled += queue.poll() == null ? 0 : 1;
        }
        while (queue.poll() != null) {
            polled++;
        }

        int accepted = 0;
        for (Future<Integer> producer : producers) {
            accepted += producer.get();
        }
        assertThat(most).isLessThanOrEqualTo(3);
        assertThat(polled).isEqualTo(accepted);
    }
}
