package io.sommelier.bench.party;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The commands of a load that are under way. Thread-safe. */
public final class Flight {
    private static final long LANDING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final AtomicInteger flying = new AtomicInteger();
    private volatile boolean open;

    /** Begins with that many commands, which the caller now sends. */
    public void open(int commands) {
        if (!flying.compareAndSet(0, commands)) {
            throw new IllegalStateException("the load is running already");
        }
        open = true;
    }

    /**
     * One was answered: {@code true} when the caller is to send the next one in its place, {@code false} when the load
     * is stopping.
     */
    public boolean goOn() {
        if (open) {
            return true;
        }
        flying.decrementAndGet();
        return false;
    }

    /** Whether the load is running, and not stopping. */
    public boolean isOpen() {
        return open;
    }

    /** One has ended, and none is sent in its place. */
    public void landed() {
        flying.decrementAndGet();
    }

    /**
     * Lets all land.
     *
     * @throws IllegalStateException when they take more than 30 s
     */
    public void close() throws InterruptedException {
        open = false;
        long started = System.nanoTime();
        while (flying.get() > 0) {
            if (System.nanoTime() - started > LANDING_LIMIT_NANOS) {
                throw new IllegalStateException(flying.get() + " commands are still without answer");
            }
            Thread.sleep(1);
        }
    }
}
