package io.sommelier.wire.serving;

import java.time.Duration;
import java.util.concurrent.Executor;

/** The bounded executor on which the handlers of one target run. Thread-safe. */
public final class HandlerExecutor implements Executor {
    /**
     * Starts its threads when they are needed; daemon threads named {@code name-N}.
     *
     * @param name what its threads are called
     * @param threads how many handlers run at once, 1 to 1024
     * @param queueCapacity how many commands wait for a thread, 0 to 1 000 000
     */
    public HandlerExecutor(String name, int threads, int queueCapacity) {
        throw new UnsupportedOperationException();
    }

    /** Takes a command to be handled; {@code false} when all threads are busy and the queue is full, or it is closed. */
    public boolean submit(Execution execution) {
        throw new UnsupportedOperationException();
    }

    /** Runs the continuation of a command that is being handled: never refused, since there is at most one waiting for each live command. */
    @Override
    public void execute(Runnable continuation) {
        throw new UnsupportedOperationException();
    }

    /** Takes nothing new, waits up to the limit for what runs, then interrupts it. Must not be called on one of its threads. */
    public void close(Duration limit) {
        throw new UnsupportedOperationException();
    }
}
