package io.sommelier.controller;

import java.util.concurrent.TimeUnit;

/** How long the commands of one operation took, to their end and to the first part of their replies. Confined to the lock of {@link Latencies}. */
final class LatencyRecord {
    /** The length of a slot. */
    static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** So many measured in a slot are enough: of an operation that has more commands, only some are measured. */
    static final int ENOUGH = 8192;

    private static final int FIXED_BYTES = 72;
    private static final int MOST_SHIFT = 30;

    private final LatencySlots ends = new LatencySlots();
    private LatencySlots firstParts; // null until there is one
    private final long phaseNanos;
    private long slot;
    private int shift;
    private long next = ENOUGH; // so many measured in this slot, and fewer are from then on
    private boolean isDropped;

    /** @param phaseNanos by how much its slots begin earlier than those of others: not all are to end at once, since that is when there is most to do */
    LatencyRecord(long nowNanos, long phaseNanos) {
        this.phaseNanos = phaseNanos;
        slot = slotAt(nowNanos);
    }

    private long slotAt(long nanos) {
        return Math.floorDiv(nanos + phaseNanos, SLOT_NANOS);
    }

    /** Gives the power of two, one in which many commands is to be measured from now on. */
    int record(long nanos, long weight, long nowNanos) {
        roll(nowNanos);
        ends.record(nanos, weight);
        if (ends.running().measured() >= next) {
            next += ENOUGH;
            shift = Math.min(MOST_SHIFT, shift + 1);
        }
        return shift;
    }

    /** The first part of a reply came after so long; gives as {@link #record}. */
    int recordFirstPart(long nanos, long weight, long nowNanos) {
        roll(nowNanos);
        if (firstParts == null) {
            firstParts = new LatencySlots();
        }
        firstParts.record(nanos, weight);
        return shift;
    }

    /**
     * Looks whether the slot is over, so that an operation that has fewer commands now is measured more again, and one that has none lets go of its slots; gives as
     * {@link #record}.
     */
    int refresh(long nowNanos) {
        roll(nowNanos);
        return shift;
    }

    private void roll(long nowNanos) {
        long now = slotAt(nowNanos);
        if (now == slot) {
            return;
        }
        long passed = Math.max(1, now - slot);
        slot = now;
        LatencyCounts running = ends.running();
        if (running != null && passed == 1) {
            shift = Math.min(MOST_SHIFT, Long.SIZE - Long.numberOfLeadingZeros(running.total() / ENOUGH));
        } else {
            shift = 0;
        }
        next = ENOUGH;
        ends.pass(passed);
        if (firstParts != null) {
            firstParts.pass(passed);
        }
    }

    LatencySlots ends() {
        return ends;
    }

    /** {@code null} while there were none. */
    LatencySlots firstParts() {
        return firstParts;
    }

    /** Whether it is kept no more: nobody will see it. */
    void dropped(boolean isSo) {
        isDropped = isSo;
    }

    boolean isDropped() {
        return isDropped;
    }

    /** About how many bytes of the heap it takes. */
    int bytes() {
        return FIXED_BYTES + ends.bytes() + (firstParts == null ? 0 : firstParts.bytes());
    }
}
