package io.sommelier.http.engine;

import java.util.concurrent.TimeUnit;

/** Counts open connections, and waits until there is none. Thread-safe. */
final class OpenConnections {
    private int count;

    synchronized int opened() {
        return ++count;
    }

    synchronized int closed() {
        count--;
        notifyAll();
        return count;
    }

    synchronized int now() {
        return count;
    }

    /** Returns when there is none, when the time is up, or when the thread is interrupted. */
    synchronized void awaitNone(long nanos) {
        long deadline = System.nanoTime() + nanos;
        try {
            for (long left = nanos; count > 0 && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
