package io.sommelier.controller;

import io.sommelier.api.admin.LatencyView;
import java.util.concurrent.TimeUnit;

/** How long the commands of one operation took: since the start, and in each of the last slots of time. Confined to the lock of {@link Latencies}. */
final class LatencyRecord {
    /** The length of a slot. */
    static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** How many slots that are over are shown beside the running one. */
    static final int SLOTS = 3;

    /** So many measured in a slot are enough: of an operation that has more commands, only some are measured. */
    static final int ENOUGH = 8192;

    private static final int MOST_SHIFT = 30;

    private final LatencyCounts sinceStart = LatencyCounts.kept();
    private final LatencyCounts[] over = new LatencyCounts[SLOTS]; // the latest first; null where nothing was measured
    private LatencyCounts running;
    private long slot;
    private int shift;
    private long next = ENOUGH; // so many measured in this slot, and fewer are from then on

    LatencyRecord(long nowNanos) {
        slot = Math.floorDiv(nowNanos, SLOT_NANOS);
    }

    /** Gives the power of two, one in which many commands is to be measured from now on. */
    int record(long nanos, long weight, long nowNanos) {
        roll(nowNanos);
        if (running == null) {
            running = LatencyCounts.kept();
        }
        running.record(nanos, weight);
        sinceStart.record(nanos, weight);
        if (running.measured() >= next) {
            next += ENOUGH;
            shift = Math.min(MOST_SHIFT, shift + 1);
        }
        return shift;
    }

    /** Looks whether the slot is over, so that an operation that has fewer commands now is measured more again; gives as {@link #record}. */
    int refresh(long nowNanos) {
        roll(nowNanos);
        return shift;
    }

    private void roll(long nowNanos) {
        long now = Math.floorDiv(nowNanos, SLOT_NANOS);
        if (now == slot) {
            return;
        }
        long passed = Math.max(1, now - slot);
        slot = now;
        for (int i = SLOTS - 1; i >= 0; i--) {
            long from = i - passed;
            over[i] = from >= 0 ? over[(int) from] : from == -1 ? running : null;
        }
        if (running != null && passed == 1) {
            shift = Math.min(MOST_SHIFT, Long.SIZE - Long.numberOfLeadingZeros(running.total() / ENOUGH));
        } else {
            shift = 0;
        }
        next = ENOUGH;
        running = null;
    }

    /** Adds what was measured in the running slot, and in those that are shown beside it. */
    void addRecentTo(LatencyCounts sum, long nowNanos) {
        roll(nowNanos);
        if (running != null) {
            sum.addAll(running);
        }
        for (LatencyCounts past : over) {
            if (past != null) {
                sum.addAll(past);
            }
        }
    }

    /** Adds all that was measured. */
    void addAllTo(LatencyCounts sum) {
        sum.addAll(sinceStart);
    }

    static LatencyView.Times times(LatencyCounts counts) {
        return new LatencyView.Times(
                counts.total(),
                counts.measured(),
                counts.at(0.5),
                counts.at(0.9),
                counts.at(0.99),
                counts.at(0.999),
                counts.max());
    }
}
