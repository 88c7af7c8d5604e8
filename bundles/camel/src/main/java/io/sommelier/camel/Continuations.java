package io.sommelier.camel;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;

/**
 * The threads on which exchanges go on when their command was answered, since the thread that brings an answer may not be blocked. As many threads as places:
 * an exchange never waits for a thread that another one holds, so none can block itself by sending again. Thread-safe.
 */
final class Continuations {
    private static final long IDLE_SECONDS = 10;

    private final int most;
    private final Semaphore places;
    private final ThreadPoolExecutor threads;

    Continuations(CamelContext context, int most) {
        this.most = most;
        places = new Semaphore(most);
        threads = new ThreadPoolExecutor(0, most, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = context.getExecutorServiceManager().newThread("sommelier", task);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Takes a place for an exchange; {@code false} when there is none. */
    boolean enter() {
        return places.tryAcquire();
    }

    /** Gives a place back. */
    void leave() {
        places.release();
    }

    /** How many there are. */
    int most() {
        return most;
    }

    /** Runs what a place was taken for. */
    void run(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            // stopped, or the thread of the place before is just about to end: the answer must not be lost
            task.run();
        }
    }

    void close() {
        threads.shutdown();
    }
}
