package io.sommelier.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Times that were measured and not yet counted, on their way from the threads that end commands to the one that counts: a ring of fixed size. {@link #offer} is for any
 * thread, allocates nothing and takes no lock; {@link #drainTo} is for one thread at a time.
 */
final class LatencySamples {
    private static final int CAPACITY = 16_384;
    private static final int MASK = CAPACITY - 1;
    private static final int LEVEL_BITS = 10;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final AtomicReferenceArray<OperationEntry> rows = new AtomicReferenceArray<>(CAPACITY);
    private final long[] nanos = new long[CAPACITY];
    private final long[] weights = new long[CAPACITY];
    private final AtomicLong head = new AtomicLong();
    private final AtomicLong tail = new AtomicLong();
    private final LongAdder missed = new LongAdder();

    /** What is counted, as it was offered. */
    interface Counter {
        void count(OperationEntry row, long nanos, long weight);
    }

    /**
     * How full the ring is, from 0 to 15. Of so many commands as two to that power one alone is to be measured: with each level that is reached, it fills half as fast.
     */
    int level() {
        return (int) Math.max(0, Math.min(tail.get() - head.get(), MASK)) >>> LEVEL_BITS;
    }

    /** Leaves a time; it is counted as missed when there is no room. */
    void offer(OperationEntry row, long tookNanos, long weight) {
        long at;
        do {
            at = tail.get();
            if (at - head.get() >= CAPACITY) {
                missed.increment();
                return;
            }
        } while (!tail.compareAndSet(at, at + 1));
        int slot = (int) at & MASK;
        LONGS.setOpaque(nanos, slot, tookNanos);
        LONGS.setOpaque(weights, slot, weight);
        rows.setRelease(slot, row);
    }

    /** Takes out what is there, at most all that fits at once. */
    void drainTo(Counter counter) {
        long at = head.get();
        long end = at + CAPACITY;
        while (at < end) {
            int slot = (int) at & MASK;
            OperationEntry row = rows.getAcquire(slot);
            if (row == null) {
                return;
            }
            long tookNanos = (long) LONGS.getOpaque(nanos, slot);
            long weight = (long) LONGS.getOpaque(weights, slot);
            rows.setOpaque(slot, null);
            head.setRelease(++at);
            counter.count(row, tookNanos, weight);
        }
    }

    /** How many times found no room. */
    long missed() {
        return missed.sum();
    }
}
