package io.sommelier.bench.party;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Counts answers and their latencies. Thread-safe; {@link #next} is for one thread. */
public final class Meter {
    private static final long HIGHEST = TimeUnit.MINUTES.toNanos(2);

    private final Recorder latencies = new Recorder(HIGHEST, 3);
    private final LongAdder count = new LongAdder();
    private final AtomicReference<String> failure = new AtomicReference<>();
    private Histogram interval;
    private long startedNanos = System.nanoTime();

    /** A command was answered. */
    public void answered(long latencyNanos) {
        count.increment();
        latency(latencyNanos);
    }

    /** A latency alone: what is counted is counted by {@link #counted}. */
    public void latency(long latencyNanos) {
        latencies.recordValue(Math.min(latencyNanos, HIGHEST));
    }

    /** So many parts of streams came. */
    public void counted(long parts) {
        count.add(parts);
    }

    /** A command failed. That must not happen in a measurement: {@link #next} throws from now on. */
    public void failed(String message) {
        failure.compareAndSet(null, message);
    }

    /**
     * What was seen since the last call, or the start.
     *
     * @throws IllegalStateException when a command has failed
     */
    public Window next() {
        if (failure.get() != null) {
            throw new IllegalStateException("a command failed: " + failure.get());
        }
        long now = System.nanoTime();
        interval = latencies.getIntervalHistogram(interval);
        Window window = new Window(
                count.sumThenReset(),
                now - startedNanos,
                interval.getValueAtPercentile(50),
                interval.getValueAtPercentile(99),
                interval.getValueAtPercentile(99.9));
        startedNanos = now;
        return window;
    }
}
