package io.sommelier.controller;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/** How often commands took how long. What is said of a time is at most 0.8 % and 0.1 µs too long. Not thread-safe. */
final class LatencyCounts {
    private static final int DIGITS = 2;
    private static final long UNIT_NANOS = 100;
    private static final int FIXED_BYTES = 32;

    private final AbstractHistogram histogram;
    private long measured;
    private long maxNanos;

    private LatencyCounts(AbstractHistogram histogram) {
        this.histogram = histogram;
    }

    /** For counts that are kept while they grow: takes 1 to 3 KB, and longer to read. */
    static LatencyCounts kept() {
        return new LatencyCounts(new PackedHistogram(DIGITS));
    }

    /** For counts that are added up, read, and let go. */
    static LatencyCounts sum() {
        return new LatencyCounts(new Histogram(DIGITS));
    }

    /** Counts that grow no more, as HdrHistogram encodes them: a byte or two for each time that came. Immutable. */
    static final class Past {
        private final byte[] encoded;
        private final long measured;
        private final long maxNanos;

        private Past(LatencyCounts counts) {
            ByteBuffer buffer = ByteBuffer.allocate(counts.histogram.getNeededByteBufferCapacity());
            int length = counts.histogram.encodeIntoByteBuffer(buffer);
            encoded = Arrays.copyOf(buffer.array(), length);
            measured = counts.measured;
            maxNanos = counts.maxNanos;
        }

        /** About how many bytes of the heap it takes. */
        int bytes() {
            return FIXED_BYTES + encoded.length;
        }
    }

    /** What was counted until now. */
    Past past() {
        return new Past(this);
    }

    /**
     * Counts a time that was measured once.
     *
     * @param weight for how many commands it stands
     */
    void record(long nanos, long weight) {
        long shown = Math.max(0, nanos);
        histogram.recordValueWithCount(shown / UNIT_NANOS + (shown % UNIT_NANOS == 0 ? 0 : 1), weight);
        measured++;
        maxNanos = Math.max(maxNanos, shown);
    }

    /** Counts what the other has counted. */
    void addAll(LatencyCounts other) {
        histogram.add(other.histogram);
        measured += other.measured;
        maxNanos = Math.max(maxNanos, other.maxNanos);
    }

    /** Counts what was counted then. */
    void addAll(Past past) {
        histogram.add(Histogram.decodeFromByteBuffer(ByteBuffer.wrap(past.encoded), 0));
        measured += past.measured;
        maxNanos = Math.max(maxNanos, past.maxNanos);
    }

    /** How many commands were counted, each for as many as it stands for. */
    long total() {
        return histogram.getTotalCount();
    }

    /** How many times were measured. */
    long measured() {
        return measured;
    }

    /** The longest that was measured; zero when none was. */
    Duration max() {
        return Duration.ofNanos(maxNanos);
    }

    /** The time within which that share of the commands ended; zero when there are none. */
    Duration at(double share) {
        if (total() == 0) {
            return Duration.ZERO;
        }
        long units = histogram.getValueAtPercentile(100 * share);
        return Duration.ofNanos(units > maxNanos / UNIT_NANOS ? maxNanos : units * UNIT_NANOS);
    }

    /** About how many bytes of the heap it takes. */
    int bytes() {
        return FIXED_BYTES + histogram.getEstimatedFootprintInBytes();
    }
}
