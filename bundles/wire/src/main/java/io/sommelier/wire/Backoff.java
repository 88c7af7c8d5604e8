package io.sommelier.wire;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next try: twice as long each time up to a bound, and of that a random half to whole, so
 * that those who lost the same peer do not come back together. Confined to one thread.
 */
public final class Backoff {
    private final long firstMillis;
    private final long mostMillis;
    private final DoubleSupplier random;
    private long wholeMillis;

    /**
     * A wait that starts anew.
     *
     * @param first the whole of the first wait, 1 ms or more
     * @param most the whole of the longest
     * @param random gives 0 to 1
     */
    public Backoff(Duration first, Duration most, DoubleSupplier random) {
        firstMillis = first.toMillis();
        mostMillis = most.toMillis();
        this.random = random;
        reset();
    }

    /** The next wait in milliseconds, at least 1. */
    public long nextMillis() {
        long whole = wholeMillis;
        wholeMillis = Math.min(mostMillis, wholeMillis * 2);
        return Math.max(1, whole / 2 + (long) (whole / 2 * random.getAsDouble()));
    }

    /** The next wait is the first again. */
    public void reset() {
        wholeMillis = firstMillis;
    }
}
