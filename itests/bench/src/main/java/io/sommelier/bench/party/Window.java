package io.sommelier.bench.party;

import java.util.Arrays;

/**
 * What a requester saw in one stretch of time. Immutable.
 *
 * @param count commands, or parts of streams, that were answered
 * @param nanos how long it was
 * @param p50Nanos the latency that half of the commands stay below
 * @param p99Nanos the same for 99 of 100
 * @param p999Nanos the same for 999 of 1000
 */
public record Window(long count, long nanos, long p50Nanos, long p99Nanos, long p999Nanos) {
    /** Answers in a second. */
    public double rate() {
        return count * 1e9 / nanos;
    }

    String toLine() {
        return count + " " + nanos + " " + p50Nanos + " " + p99Nanos + " " + p999Nanos;
    }

    static Window parse(String line) {
        long[] figures =
                Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
        return new Window(figures[0], figures[1], figures[2], figures[3], figures[4]);
    }
}
