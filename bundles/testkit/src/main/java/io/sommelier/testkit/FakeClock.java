package io.sommelier.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A monotonic clock, in nanoseconds, that stands still until it is told to go on. Thread-safe. */
public final class FakeClock implements LongSupplier {
    private final AtomicLong nanos;

    /** A clock that shows a moment shortly before the number overflows, as a real one may. */
    public FakeClock() {
        this(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
    }

    /** A clock that shows the given moment. */
    public FakeClock(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /**
     * Lets time go by.
     *
     * @throws IllegalArgumentException when it is to go backwards
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("a monotonic clock cannot go back by " + time);
        }
        nanos.addAndGet(time.toNanos());
    }
}
