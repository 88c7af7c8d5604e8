package io.sommelier.wire;

import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Brings work from any thread to the thread of a link, in order, and wakes that thread once a burst, not once a task. Thread-safe.
 */
public final class Outbox {
    /**
     * An empty outbox.
     *
     * @param loop runs on the link's thread
     * @param inLoop whether the calling thread is the link's
     * @param afterBurst runs on the link's thread after each burst of tasks: drains the send queue, flushes the link
     */
    public Outbox(Executor loop, BooleanSupplier inLoop, Runnable afterBurst) {
        throw new UnsupportedOperationException();
    }

    /** Has the task run on the link's thread: at once if this is it and nothing waits, else after what waits. */
    public void add(Runnable task) {
        throw new UnsupportedOperationException();
    }

    /** Has {@code afterBurst} run on the link's thread soon. */
    public void wake() {
        throw new UnsupportedOperationException();
    }
}
