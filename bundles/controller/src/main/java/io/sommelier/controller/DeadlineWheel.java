package io.sommelier.controller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls each pending entry when its time comes. The entries are its nodes: adding and taking out allocate nothing, and cost one exchange each, whatever the number of
 * entries. Adding and taking out is for any thread; {@link #tick} is for one thread, at a time.
 *
 * <p>A new entry goes to an inbox, and only at the next tick into a slot: most commands have ended by then and never get there. One that ends later goes to a second
 * list, and is unlinked at the next tick.
 */
final class DeadlineWheel {
    private static final Logger LOG = LoggerFactory.getLogger(DeadlineWheel.class);

    /** The length of a tick. */
    static final long TICK_NANOS = 10_000_000;

    private static final int SLOTS = 4096;

    static final int NONE = 0;
    static final int INBOX = 1;
    static final int SLOTTED = 2;
    static final int REMOVED = 3;

    private static final VarHandle INBOX_HEAD;
    private static final VarHandle REMOVED_HEAD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            INBOX_HEAD = lookup.findVarHandle(DeadlineWheel.class, "inbox", Pending.class);
            REMOVED_HEAD = lookup.findVarHandle(DeadlineWheel.class, "removed", Pending.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through INBOX_HEAD
    private volatile Pending inbox;

    @SuppressWarnings("unused") // through REMOVED_HEAD
    private volatile Pending removed;

    private final Pending[] slots = new Pending[SLOTS];
    private final long originNanos;
    private long ticked;
    private int slotted;

    DeadlineWheel(long nowNanos) {
        originNanos = nowNanos;
    }

    /** Has {@link Pending#onTimer} called soon after {@link Pending#wakeNanos}. Nothing happens when the entry was taken out before. */
    void add(Pending entry) {
        if (Pending.WHEEL_STATE.compareAndSet(entry, NONE, INBOX)) {
            Pending before;
            do {
                before = inbox;
                entry.wheelNext = before;
            } while (!INBOX_HEAD.compareAndSet(this, before, entry));
        }
    }

    /** Takes the entry out, for good; gives whether it was there when the wheel ticked. */
    boolean remove(Pending entry) {
        int before = (int) Pending.WHEEL_STATE.getAndSet(entry, REMOVED);
        if (before == SLOTTED) {
            Pending first;
            do {
                first = removed;
                entry.wheelRemovedNext = first;
            } while (!REMOVED_HEAD.compareAndSet(this, first, entry));
        }
        return before == SLOTTED;
    }

    /** Unlinks what was taken out, links what is new, and calls what is due. */
    void tick(long nowNanos) {
        unlinkRemoved();
        linkNew();
        long current = (nowNanos - originNanos) / TICK_NANOS;
        if (current - ticked >= SLOTS) {
            ticked = current - SLOTS;
        }
        while (ticked < current) {
            ticked++;
            callDue((int) (ticked & SLOTS - 1), nowNanos);
        }
    }

    /** How many entries are linked in slots. For tests. */
    int slotted() {
        return slotted;
    }

    private void unlinkRemoved() {
        Pending entry = (Pending) REMOVED_HEAD.getAndSet(this, null);
        while (entry != null) {
            Pending next = entry.wheelRemovedNext;
            entry.wheelRemovedNext = null;
            if (entry.wheelSlot >= 0) {
                unlink(entry);
            }
            entry = next;
        }
    }

    private void linkNew() {
        Pending entry = (Pending) INBOX_HEAD.getAndSet(this, null);
        while (entry != null) {
            Pending next = entry.wheelNext;
            entry.wheelNext = null;
            if (Pending.WHEEL_STATE.compareAndSet(entry, INBOX, SLOTTED)) {
                link(entry);
            }
            entry = next;
        }
    }

    private void callDue(int slot, long nowNanos) {
        Pending entry = slots[slot];
        while (entry != null) {
            Pending next = entry.wheelNext;
            if (entry.wakeNanos - nowNanos <= 0) {
                unlink(entry);
                long wake = call(entry, nowNanos);
                if (wake != Pending.NEVER) {
                    entry.wakeNanos = wake;
                    link(entry);
                }
            }
            entry = next;
        }
    }

    /** A reply path or a channel that throws must not delay the deadlines of others. */
    private static long call(Pending entry, long nowNanos) {
        try {
            return entry.onTimer(nowNanos);
        } catch (RuntimeException defect) {
            LOG.error("{} could not be told that its time is over; this is a defect, please report it", entry, defect);
            return Pending.NEVER;
        }
    }

    private void link(Pending entry) {
        // rounded up, so that nothing is called early; and never into a slot that has passed
        long due = Math.max((entry.wakeNanos - originNanos + TICK_NANOS - 1) / TICK_NANOS, ticked + 1);
        int slot = (int) (due & SLOTS - 1);
        Pending first = slots[slot];
        entry.wheelSlot = (short) slot;
        entry.wheelPrevious = null;
        entry.wheelNext = first;
        if (first != null) {
            first.wheelPrevious = entry;
        }
        slots[slot] = entry;
        slotted++;
    }

    private void unlink(Pending entry) {
        Pending next = entry.wheelNext;
        Pending previous = entry.wheelPrevious;
        if (previous == null) {
            slots[entry.wheelSlot] = next;
        } else {
            previous.wheelNext = next;
        }
        if (next != null) {
            next.wheelPrevious = previous;
        }
        entry.wheelNext = null;
        entry.wheelPrevious = null;
        entry.wheelSlot = -1;
        slotted--;
    }
}
