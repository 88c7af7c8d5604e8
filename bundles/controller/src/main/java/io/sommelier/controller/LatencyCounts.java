package io.sommelier.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;

/**
 * How often commands took how long. What is said of a time is at most a thirty-second and 0.1 µs too long. Holds only the times that came, in two arrays that are as wide as the
 * largest count needs: thousands of these are kept. Not thread-safe.
 */
final class LatencyCounts {
    private static final long UNIT_NANOS = 100;
    /** Each power of two is parted into as many as this power of two. */
    private static final int PART_BITS = 5;

    private static final int PARTS = 1 << PART_BITS;
    /** This, and the headers of the arrays. */
    private static final int FIXED_BYTES = 96;

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);

    private short[] places = new short[4]; // sorted
    private byte[] counts = new byte[4]; // one for each place
    private int widthBits; // a count takes as many bytes as this power of two
    private int used;
    private long total;
    private long measured;
    private long maxNanos;

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.nativeOrder());
    }

    /**
     * Counts a time that was measured once.
     *
     * @param weight for how many commands it stands
     */
    void record(long nanos, long weight) {
        long shown = Math.max(0, nanos);
        add(place(shown / UNIT_NANOS + (shown % UNIT_NANOS == 0 ? 0 : 1)), weight);
        total += weight;
        measured++;
        maxNanos = Math.max(maxNanos, shown);
    }

    /** Counts what the other has counted. */
    void addAll(LatencyCounts other) {
        for (int i = 0; i < other.used; i++) {
            add(other.places[i], other.count(i));
        }
        total += other.total;
        measured += other.measured;
        maxNanos = Math.max(maxNanos, other.maxNanos);
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
        long passed = 0;
        for (int i = 0; i < used; i++) {
            passed += count(i);
            if (passed >= rank) {
                long units = longest(places[i]);
                return Duration.ofNanos(units > maxNanos / UNIT_NANOS ? maxNanos : units * UNIT_NANOS);
            }
        }
        return Duration.ZERO;
    }

    /** About how many bytes of the heap it takes. */
    int bytes() {
        return FIXED_BYTES + places.length * Short.BYTES + counts.length;
    }

    /** Where times of so many units are counted: below 64 each has a place, above it those that differ by less than a thirty-second share one. */
    private static short place(long units) {
        int shift = Math.max(0, Long.SIZE - 1 - PART_BITS - Long.numberOfLeadingZeros(units));
        return (short) (shift * PARTS + (units >>> shift));
    }

    /** The most units that are counted there. */
    private static long longest(int place) {
        int shift = Math.max(0, place / PARTS - 1);
        return (place - (long) shift * PARTS + 1 << shift) - 1;
    }

    private void add(short place, long weight) {
        int at = Arrays.binarySearch(places, 0, used, place);
        if (at < 0) {
            at = -at - 1;
            insert(at, place);
        }
        long sum = count(at) + weight;
        while (width() < Long.BYTES && sum >>> Byte.SIZE * width() != 0) {
            widen();
        }
        count(at, sum);
    }

    private void insert(int at, short place) {
        if (used == places.length) {
            int more = used + Math.max(4, used / 4);
            places = Arrays.copyOf(places, more);
            counts = Arrays.copyOf(counts, more * width());
        }
        System.arraycopy(places, at, places, at + 1, used - at);
        System.arraycopy(counts, at * width(), counts, (at + 1) * width(), (used - at) * width());
        places[at] = place;
        used++;
        count(at, 0);
    }

    private void widen() {
        long[] all = new long[used];
        for (int i = 0; i < used; i++) {
            all[i] = count(i);
        }
        widthBits++;
        counts = new byte[places.length * width()];
        for (int i = 0; i < used; i++) {
            count(i, all[i]);
        }
    }

    private int width() {
        return 1 << widthBits;
    }

    private long count(int i) {
        return switch (widthBits) {
            case 0 -> counts[i] & 0xffL;
            case 1 -> (short) SHORTS.get(counts, i * Short.BYTES) & 0xffffL;
            case 2 -> (int) INTS.get(counts, i * Integer.BYTES) & 0xffff_ffffL;
            default -> (long) LONGS.get(counts, i * Long.BYTES);
        };
    }

    private void count(int i, long value) {
        switch (widthBits) {
            case 0 -> counts[i] = (byte) value;
            case 1 -> SHORTS.set(counts, i * Short.BYTES, (short) value);
            case 2 -> INTS.set(counts, i * Integer.BYTES, (int) value);
            default -> LONGS.set(counts, i * Long.BYTES, value);
        }
    }
}
