package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();
    private boolean inLoop;
    private boolean shutDown;
    private int executes;
    private final Outbox outbox = new Outbox(
            task -> {
                if (shutDown) {
                    throw new RejectedExecutionException();
                }
                executes++;
                loop.add(task);
            },
            () -> inLoop,
            () -> ran.add("burst"));

    @Test
    void tasks_from_elsewhere_run_in_order_in_one_burst() {
        outbox.add(() -> ran.add("a"));
        outbox.add(() -> ran.add("b"));
        outbox.wake();
        assertThat(ran).isEmpty();

        runLoop();

        assertThat(ran).containsExactly("a", "b", "burst");
        assertThat(executes).isEqualTo(1);
    }

    @Test
    void a_task_from_the_loop_runs_at_once_and_its_burst_ends_soon() {
        inLoop = true;

        outbox.add(() -> ran.add("a"));
        outbox.add(() -> ran.add("b"));
        assertThat(ran).containsExactly("a", "b");
        runLoop();

        assertThat(ran).containsExactly("a", "b", "burst");
        assertThat(executes).isEqualTo(1);
    }

    @Test
    void a_task_from_the_loop_waits_behind_what_waits() {
        outbox.add(() -> ran.add("a"));
        inLoop = true;
        outbox.add(() -> ran.add("b"));
        assertThat(ran).isEmpty();

        runLoop();

        assertThat(ran).containsExactly("a", "b", "burst");
    }

    @Test
    void a_wake_during_the_end_of_a_burst_is_not_lost() {
        Outbox[] own = new Outbox[1];
        int[] ends = {0};
        own[0] = new Outbox(loop::add, () -> false, () -> {
            if (ends[0]++ == 0) {
                own[0].wake();
            }
        });

        own[0].wake();
        runLoop();

        assertThat(ends[0]).isEqualTo(2);
    }

    @Test
    void a_task_that_throws_is_heard_of_and_those_behind_it_still_run() {
        outbox.add(() -> {
            throw new IllegalStateException("defect");
        });
        outbox.add(() -> ran.add("b"));

        assertThatThrownBy(this::runLoop).hasMessage("defect");
        runLoop();

        assertThat(ran).containsExactly("burst", "b", "burst");
    }

    @Test
    void what_comes_when_the_loop_is_shut_down_is_dropped() {
        shutDown = true;

        outbox.add(() -> ran.add("a"));
        outbox.add(() -> ran.add("b"));
        outbox.wake();
        shutDown = false;
        outbox.add(() -> ran.add("c"));
        runLoop();

        assertThat(ran).isEmpty();
        assertThat(executes).isZero();
    }

    @Test
    void a_long_queue_lets_others_of_the_loop_have_their_turn() {
        for (int i = 0; i < 3000; i++) {
            outbox.add(() -> ran.add("task"));
        }

        runLoop();

        assertThat(ran).hasSize(3003);
        assertThat(executes).isEqualTo(3);
    }

    @Test
    void many_threads_lose_no_task_and_keep_their_order() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        ThreadLocal<Boolean> isLoop = ThreadLocal.withInitial(() -> false);
        thread.submit(() -> isLoop.set(true)).get();
        AtomicInteger bursts = new AtomicInteger();
        int[] last = {-1, -1, -1, -1};
        int perThread = 50_000;
        CountDownLatch all = new CountDownLatch(4 * perThread);
        List<String> disorders = new ArrayList<>();
        Outbox shared = new Outbox(thread, isLoop::get, bursts::incrementAndGet);
        List<Thread> adders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int me = i;
            Thread adder = new Thread(() -> {
                for (int n = 0; n < perThread; n++) {
                    int number = n;
                    shared.add(() -> {
                        if (last[me] != number - 1) {
                            disorders.add(me + ":" + number);
                        }
                        last[me] = number;
                        all.countDown();
                    });
                }
            });
            adder.start();
            adders.add(adder);
        }

        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
        for (Thread adder : adders) {
            adder.join();
        }
        thread.shutdown();
        assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

        assertThat(disorders).isEmpty();
        assertThat(bursts.get()).isBetween(1, 4 * perThread);
    }

    private void runLoop() {
        boolean before = inLoop;
        inLoop = true;
        try {
            while (!loop.isEmpty()) {
                loop.poll().run();
            }
        } finally {
            inLoop = before;
        }
    }
}
