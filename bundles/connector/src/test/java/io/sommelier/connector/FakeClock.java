package io.sommelier.connector;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until it is told to go on. Thread-safe. */
final class FakeClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000);

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    void advance(Duration step) {
        nanos.addAndGet(step.toNanos());
    }
}
