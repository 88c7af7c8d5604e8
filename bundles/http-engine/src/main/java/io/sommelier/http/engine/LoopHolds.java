package io.sommelier.http.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells a route that blocks from one that was held up. A step that blocks does so again and again; classes that are loaded, a garbage collection or a busy machine delay a request here
 * and there. So a request that held the event loop longer than 10 ms counts one up, a shorter one counts one down, and at ten the route blocks. One that held it for a second needs no
 * other; but those that began before the first one was over may have waited for the same classes. Thread-safe.
 */
final class LoopHolds {
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long VERY_LONG_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MANY = 10;

    private final AtomicInteger surplus = new AtomicInteger();
    private final AtomicBoolean isWarm = new AtomicBoolean();
    private final AtomicBoolean isNamed = new AtomicBoolean();
    private volatile long warmNanos;

    /** Takes one hold into account; true once, when the route is known to block. */
    boolean blocks(long startNanos, long endNanos) {
        if (isNamed.get() || isColdAt(startNanos, endNanos)) {
            return false;
        }
        long held = endNanos - startNanos;
        if (held <= LONG_NANOS) {
            if (surplus.get() > 0) {
                surplus.updateAndGet(count -> Math.max(0, count - 1));
            }
            return false;
        }
        boolean isEnough = surplus.incrementAndGet() >= MANY || held >= VERY_LONG_NANOS;
        return isEnough && isNamed.compareAndSet(false, true);
    }

    private boolean isColdAt(long startNanos, long endNanos) {
        if (!isWarm.get()) {
            warmNanos = endNanos;
            isWarm.set(true);
            return true;
        }
        return startNanos - warmNanos < 0;
    }
}
