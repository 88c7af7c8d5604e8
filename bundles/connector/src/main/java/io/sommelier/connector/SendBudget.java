package io.sommelier.connector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bound on commands that were sent and are not yet written, by number and by bytes. It is also the gate of the connector: once it is shut, nothing new comes in,
 * and when it is empty then, nothing is left between a sender and the loop. Thread-safe.
 */
final class SendBudget {
    private static final int SHUT = 1 << 30;

    private final int maxCommands;
    private final long maxBytes;
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile Runnable whenEmpty = () -> {};

    /** What became of an attempt to enter. */
    enum Entry {
        /** In; to be given back by {@link #release}. */
        TAKEN,
        /** A bound was reached. */
        FULL,
        /** The gate is shut. */
        SHUT
    }

    SendBudget(int maxCommands, long maxBytes) {
        this.maxCommands = maxCommands;
        this.maxBytes = maxBytes;
    }

    /** Takes room for one command. A single command above the bound of bytes gets in when nothing else is there. */
    Entry take(int size) {
        int count;
        do {
            count = commands.get();
            if ((count & SHUT) != 0) {
                return Entry.SHUT;
            }
            if (count >= maxCommands) {
                return Entry.FULL;
            }
        } while (!commands.compareAndSet(count, count + 1));
        if (bytes.addAndGet(size) > maxBytes && count > 0) {
            release(size);
            return Entry.FULL;
        }
        return Entry.TAKEN;
    }

    /** Gives the room of one command back. */
    void release(int size) {
        bytes.addAndGet(-size);
        if (commands.decrementAndGet() == SHUT) {
            whenEmpty.run();
        }
    }

    /** Lets nobody in any more. The task runs once nobody is in: on this thread now, or on the thread that gives the last room back. */
    void shut(Runnable task) {
        whenEmpty = task;
        if (commands.getAndUpdate(count -> count | SHUT) == 0) {
            task.run();
        }
    }
}
