package io.sommelier.pipeline.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads for handlers that may block. Thread-safe. Commands on their way down are refused when too much waits. Parts on their way up are always taken: a
 * run has one task here at most, so the live commands are the bound, and refusing would lose a reply of work that is done.
 */
final class BlockingPool {
    private static final long KEEP_ALIVE_MILLIS = 10_000;
    private static final long CLOSED_KEEP_ALIVE_MILLIS = 100;

    private final AtomicInteger threadNumber = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1, 1, KEEP_ALIVE_MILLIS, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), this::newThread);
    private volatile int maxWaiting = 1;

    BlockingPool() {
        executor.allowCoreThreadTimeOut(true);
    }

    private Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "sommelier-pipeline-blocking-" + threadNumber.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    synchronized void resize(int threads, int queue) {
        maxWaiting = queue;
        if (threads > executor.getMaximumPoolSize()) {
            executor.setMaximumPoolSize(threads);
            executor.setCorePoolSize(threads);
        } else {
            executor.setCorePoolSize(threads);
            executor.setMaximumPoolSize(threads);
        }
    }

    /** Takes a task unless too many wait. */
    boolean offer(Runnable task) {
        int count;
        do {
            count = waiting.get();
            if (count >= maxWaiting) {
                return false;
            }
        } while (!waiting.compareAndSet(count, count + 1));
        execute(task);
        return true;
    }

    /** Takes a task. */
    void always(Runnable task) {
        waiting.incrementAndGet();
        execute(task);
    }

    private void execute(Runnable task) {
        executor.execute(() -> {
            waiting.decrementAndGet();
            task.run();
        });
    }

    /** Lets threads end as soon as they are idle; a later task still finds one. */
    void close() {
        executor.setKeepAliveTime(CLOSED_KEEP_ALIVE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
