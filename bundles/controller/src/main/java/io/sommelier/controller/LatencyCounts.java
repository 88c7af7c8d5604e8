package io.sommelier.controller;

import java.time.Duration;
import java.util.Arrays;

/**
 * How often commands took how long. A time falls into one of 128 buckets between a power of two and the next, so that what is said of it is at most 0.8 % too long; only
 * buckets that were hit take memory, ten bytes each. Not thread-safe.
 */
final class LatencyCounts {
    private static final int SUB_BITS = 7;

    private short[] buckets;
    private long[] counts;
    private int size;
    private long total;
    private long measured;
    private long maxNanos;

    LatencyCounts() {
        buckets = new short[8];
        counts = new long[8];
    }

    /**
     * Counts a time that was measured once.
     *
     * @param weight for how many commands it stands
     */
    void record(long nanos, long weight) {
        long shown = Math.max(0, nanos);
        put(bucketOf(shown), weight);
        total += weight;
        measured++;
        maxNanos = Math.max(maxNanos, shown);
    }

    /** Counts what the other has counted. */
    void addAll(LatencyCounts other) {
        for (int i = 0; i < other.size; i++) {
            put(other.buckets[i], other.counts[i]);
        }
        total += other.total;
        measured += other.measured;
        maxNanos = Math.max(maxNanos, other.maxNanos);
    }

    private void put(int bucket, long weight) {
        int at = Arrays.binarySearch(buckets, 0, size, (short) bucket);
        if (at < 0) {
            at = -at - 1;
            if (size == buckets.length) {
                resize(size + Math.max(8, size / 2));
            }
            System.arraycopy(buckets, at, buckets, at + 1, size - at);
            System.arraycopy(counts, at, counts, at + 1, size - at);
            buckets[at] = (short) bucket;
            counts[at] = 0;
            size++;
        }
        counts[at] += weight;
    }

    /** Lets go of the memory beyond what is counted; for those that count no more. */
    void trim() {
        resize(size);
    }

    private void resize(int length) {
        buckets = Arrays.copyOf(buckets, length);
        counts = Arrays.copyOf(counts, length);
    }

    /** How many commands were counted, each for as many as it stands for. */
    long total() {
        return total;
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
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < size; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Duration.ofNanos(Math.min(maxNanos, longestOf(buckets[i])));
            }
        }
        return max();
    }

    static int bucketOf(long nanos) {
        int shift = Math.max(0, Long.SIZE - SUB_BITS - 1 - Long.numberOfLeadingZeros(nanos));
        return (shift << SUB_BITS) + (int) (nanos >>> shift);
    }

    static long longestOf(int bucket) {
        int shift = Math.max(0, (bucket >>> SUB_BITS) - 1);
        long first = bucket - ((long) shift << SUB_BITS);
        return (first + 1 << shift) - 1;
    }
}
