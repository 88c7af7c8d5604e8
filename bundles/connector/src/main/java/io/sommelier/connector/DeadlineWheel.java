package io.sommelier.connector;

import java.util.function.Consumer;

/**
 * Wakes calls at a time, within one step: a hashed wheel whose entries are its nodes. Adding and removing cost the same with one call and with a million. Confined to
 * one thread.
 */
final class DeadlineWheel {
    private static final int SLOTS = 256;

    private final long stepNanos;
    private final SentCommand[] slots = new SentCommand[SLOTS];
    private long doneStep;

    DeadlineWheel(long stepNanos, long nowNanos) {
        this.stepNanos = stepNanos;
        this.doneStep = Math.floorDiv(nowNanos, stepNanos);
    }

    /** Has the call woken once {@code wakeNanos} is over. */
    void add(SentCommand call, long wakeNanos) {
        long step = Math.max(doneStep, Math.floorDiv(wakeNanos, stepNanos)) + 1;
        int slot = (int) Math.floorMod(step, (long) SLOTS);
        SentCommand first = slots[slot];
        call.wakeNanos = wakeNanos;
        call.wheelSlot = slot;
        call.wheelPrevious = null;
        call.wheelNext = first;
        if (first != null) {
            first.wheelPrevious = call;
        }
        slots[slot] = call;
    }

    /** Takes the call out, if it is in. */
    void remove(SentCommand call) {
        if (call.wheelSlot < 0) {
            return;
        }
        if (call.wheelPrevious == null) {
            slots[call.wheelSlot] = call.wheelNext;
        } else {
            call.wheelPrevious.wheelNext = call.wheelNext;
        }
        if (call.wheelNext != null) {
            call.wheelNext.wheelPrevious = call.wheelPrevious;
        }
        call.wheelNext = null;
        call.wheelPrevious = null;
        call.wheelSlot = -1;
    }

    /** Takes out every call whose time is over, and gives it to {@code woken}. */
    void advance(long nowNanos, Consumer<SentCommand> woken) {
        long nowStep = Math.floorDiv(nowNanos, stepNanos);
        long from = Math.max(doneStep + 1, nowStep - SLOTS + 1);
        doneStep = Math.max(doneStep, nowStep);
        for (long step = from; step <= nowStep; step++) {
            wakeSlot((int) Math.floorMod(step, (long) SLOTS), nowNanos, woken);
        }
    }

    /** Waking runs the code of users, which may add and remove: so the calls that are due leave the wheel first. */
    private void wakeSlot(int slot, long nowNanos, Consumer<SentCommand> woken) {
        SentCommand due = null;
        for (SentCommand call = slots[slot]; call != null; ) {
            SentCommand next = call.wheelNext;
            if (nowNanos - call.wakeNanos >= 0) {
                remove(call);
                call.dueNext = due;
                due = call;
            }
            call = next;
        }
        while (due != null) {
            SentCommand call = due;
            due = call.dueNext;
            call.dueNext = null;
            woken.accept(call);
        }
    }
}
