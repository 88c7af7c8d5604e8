package io.sommelier.wire;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Brings work from any thread to the thread of a link, in order, and wakes that thread once a burst, not once a task. Thread-safe.
 *
 * <p>When the loop takes nothing any more, because it was shut down, what waits and all that comes later is dropped. What a task throws goes to the loop; the tasks
 * behind it still run.
 */
public final class Outbox {
    /** How many tasks run before others of the same loop have their turn. */
    private static final int MAX_BURST = 1024;

    private final Executor loop;
    private final BooleanSupplier inLoop;
    private final Runnable afterBurst;
    private final Runnable burst = this::runBurst;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** Whether a burst is about to run, or runs. */
    private final AtomicBoolean awake = new AtomicBoolean();

    private volatile boolean wanted;
    private volatile boolean dead;

    /**
     * An empty outbox.
     *
     * @param loop runs on the link's thread
     * @param inLoop whether the calling thread is the link's
     * @param afterBurst runs on the link's thread after each burst of tasks: drains the send queue, flushes the link
     */
    public Outbox(Executor loop, BooleanSupplier inLoop, Runnable afterBurst) {
        this.loop = loop;
        this.inLoop = inLoop;
        this.afterBurst = afterBurst;
    }

    /** Has the task run on the link's thread: at once if this is it and nothing waits, else after what waits. */
    public void add(Runnable task) {
        if (inLoop.getAsBoolean() && tasks.isEmpty()) {
            try {
                task.run();
            } finally {
                wake();
            }
        } else {
            tasks.add(task);
            wake();
        }
    }

    /** Has {@code afterBurst} run on the link's thread soon. */
    public void wake() {
        wanted = true;
        rouse();
    }

    private void rouse() {
        if (dead) {
            tasks.clear();
        } else if (awake.compareAndSet(false, true)) {
            try {
                loop.execute(burst);
            } catch (RejectedExecutionException e) {
                dead = true; // stays awake: nobody tries again
                tasks.clear();
            }
        }
    }

    private void runBurst() {
        try {
            Runnable task;
            for (int i = 0; i < MAX_BURST && (task = tasks.poll()) != null; i++) {
                task.run();
            }
        } finally {
            wanted = false;
            try {
                afterBurst.run();
            } finally {
                awake.set(false);
                if (wanted || !tasks.isEmpty()) {
                    rouse();
                }
            }
        }
    }
}
