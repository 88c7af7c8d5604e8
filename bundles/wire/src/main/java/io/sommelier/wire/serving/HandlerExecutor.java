package io.sommelier.wire.serving;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded executor on which the handlers of one target run. Thread-safe.
 *
 * <p>Commands and continuations share one queue, first in, first out. Commands are bounded; continuations are not counted against that bound.
 */
public final class HandlerExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerExecutor.class);

    /** How long the threads of a closed executor may take to end once nothing runs, or they were interrupted. */
    private static final long THREAD_END_MILLIS = 1000;

    private static final long ONE_WAITING = 1L << 32;
    private static final long CLOSED = 1L << 62;

    private final int threads;
    private final int queueCapacity;
    private final HandlerThreads pool;
    private final CountDownLatch idleAfterClose = new CountDownLatch(1);

    /** The closed bit; above bit 32 the commands that wait; below it the running tasks and the waiting continuations: what takes a thread before a new command can. */
    private final AtomicLong load = new AtomicLong();

    /**
     * Starts its threads when they are needed; daemon threads named {@code name-N}. They stay until {@link #close}: a thread that waits
     * with a time limit wakes later.
     *
     * @param name what its threads are called
     * @param threads how many handlers run at once, 1 to 1024
     * @param queueCapacity how many commands wait for a thread, 0 to 1 000 000
     * @throws IllegalArgumentException when a number is out of range
     */
    public HandlerExecutor(String name, int threads, int queueCapacity) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads " + threads + " is out of range, allowed are 1 to 1024");
        }
        if (queueCapacity < 0 || queueCapacity > 1_000_000) {
            throw new IllegalArgumentException(
                    "queueCapacity " + queueCapacity + " is out of range, allowed are 0 to 1000000");
        }
        this.threads = threads;
        this.queueCapacity = queueCapacity;
        AtomicInteger number = new AtomicInteger();
        pool = new HandlerThreads(
                threads, task -> new HandlerThread(this, task, name + "-" + number.incrementAndGet()));
    }

    /** Takes a command to be handled; {@code false} when all threads are busy and the queue is full, or it is closed. */
    public boolean submit(Execution execution) {
        while (true) {
            long now = load.get();
            if ((now & CLOSED) != 0) {
                return false;
            }
            int idle = Math.max(0, threads - (int) now);
            if ((int) (now >>> 32) >= queueCapacity + idle) {
                return false;
            }
            if (load.compareAndSet(now, now + ONE_WAITING)) {
                break;
            }
        }
        if (pool.execute(new CommandTask(this, execution))) {
            return true;
        }
        load.getAndAdd(-ONE_WAITING);
        return false;
    }

    /**
     * Runs the continuation of a command that is being handled: never refused, since there is at most one waiting for each live command. After {@link #close} has returned
     * it is dropped. What it throws is logged.
     */
    @Override
    public void execute(Runnable continuation) {
        load.getAndIncrement();
        boolean isTaken = pool.execute(() -> {
            try {
                continuation.run();
            } catch (RuntimeException failure) {
                LOG.warn("A continuation of a command handler threw", failure);
            } finally {
                taskEnded();
            }
        });
        if (!isTaken) {
            taskEnded();
        }
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return (load.get() & CLOSED) != 0;
    }

    /**
     * Takes nothing new, waits up to the limit for what runs, then interrupts it. Commands that wait for a thread still run within the limit, and so do continuations; a
     * command that is left over fails with DRAINING. Must not be called on one of its threads.
     *
     * @throws IllegalStateException when called on one of its threads
     */
    public void close(Duration limit) {
        if (isOwnThread()) {
            throw new IllegalStateException("a handler executor cannot be closed by one of its own threads");
        }
        if ((load.getAndUpdate(now -> now | CLOSED) & ~CLOSED) == 0) {
            idleAfterClose.countDown();
        }
        boolean interrupted = false;
        try {
            if (!idleAfterClose.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.debug("Handlers still ran at the end of their time limit and are interrupted");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        for (Runnable left : pool.close()) {
            if (left instanceof CommandTask task) {
                task.execution.refuse(this);
            }
        }
        idleAfterClose.countDown(); // nobody who closes it once more has to wait
        try {
            if (!interrupted && !pool.awaitEnd(THREAD_END_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("A command handler goes on although its executor is closed and it was interrupted");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the calling thread is one of this executor. */
    boolean isOwnThread() {
        return Thread.currentThread() instanceof HandlerThread thread && thread.owner == this;
    }

    private void taskEnded() {
        if (load.decrementAndGet() == CLOSED) {
            idleAfterClose.countDown();
        }
    }

    private static final class CommandTask implements Runnable {
        private final HandlerExecutor owner;
        private final Execution execution;

        CommandTask(HandlerExecutor owner, Execution execution) {
            this.owner = owner;
            this.execution = execution;
        }

        @Override
        public void run() {
            owner.load.getAndAdd(1 - ONE_WAITING);
            try {
                execution.run();
            } finally {
                owner.taskEnded();
            }
        }
    }

    private static final class HandlerThread extends Thread {
        private final HandlerExecutor owner;

        HandlerThread(HandlerExecutor owner, Runnable task, String name) {
            super(task, name);
            this.owner = owner;
            setDaemon(true);
            // Else it would be that of whoever sent the command that needed a thread, and keep that bundle in memory.
            setContextClassLoader(HandlerExecutor.class.getClassLoader());
        }
    }
}
