package io.sommelier.controller;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Commands of one operation that wait for a member which is just being replaced. Thread-safe: one lock, never held across a call; they are let out by one thread at a time, in the order in
 * which they came.
 *
 * <p>A command that is held stays NEW, so that its deadline, a cancel and a drain end it as any other; what has ended is left out when its turn comes, or when room is needed.
 */
final class Hold implements Holder {
    /** What became of a command that was to be held. */
    enum Answer {
        HELD,
        FULL,
        /** Nothing is held, so that it need not stand behind anything. */
        EMPTY
    }

    private final AtomicInteger ofTarget;
    private final AtomicInteger work = new AtomicInteger();

    // Under the lock of this.
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private long bytes;

    private volatile int size;

    /** @param ofTarget counts all that are held for the target */
    Hold(AtomicInteger ofTarget) {
        this.ofTarget = ofTarget;
    }

    /** Whether commands wait that came before. */
    boolean isHolding() {
        return size > 0;
    }

    int size() {
        return size;
    }

    /**
     * Holds a command that is NEW; {@link #letOut} is called behind it.
     *
     * @param isBehind only if others wait
     */
    Answer add(Pending entry, HoldSettings bounds, boolean isBehind) {
        synchronized (this) {
            if (isBehind && waiting.isEmpty()) {
                return Answer.EMPTY;
            }
            if (!fits(entry, bounds)) {
                leaveOutEnded();
                if (!fits(entry, bounds)) {
                    return Answer.FULL;
                }
            }
            entry.heldBy(this);
            waiting.add(entry);
            bytes += entry.heldBytes();
            counted();
        }
        return Answer.HELD;
    }

    private boolean fits(Pending entry, HoldSettings bounds) {
        return waiting.size() < bounds.maxCommands() && bytes + entry.heldBytes() <= bounds.maxBytes();
    }

    private void leaveOutEnded() {
        Pending first = waiting.peek(); // it may just be on its way out
        waiting.removeIf(entry -> entry != first && !entry.isNew());
        bytes = waiting.stream().mapToLong(Pending::heldBytes).sum();
        counted();
    }

    private void counted() {
        ofTarget.addAndGet(waiting.size() - size);
        size = waiting.size();
    }

    /** Lets out what can go on now, the first first; what comes meanwhile is behind. */
    void letOut(Router router) {
        if (work.getAndIncrement() != 0) {
            return; // the one at work looks again
        }
        int seen = 1;
        do {
            letOutAll(router);
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void letOutAll(Router router) {
        while (true) {
            Pending first;
            synchronized (this) {
                first = waiting.peek();
            }
            if (first == null || first.isNew() && !router.fromHold(first)) {
                return;
            }
            synchronized (this) {
                waiting.remove();
                bytes -= first.heldBytes();
                counted();
            }
        }
    }

    @Override
    public void credit(Pending entry, long bytes) {
        // whoever claims it is told all
    }

    @Override
    public void cancel(Pending entry, String reason) {
        // it has not begun
    }

    @Override
    public void release() {
        // takes no place of a member
    }
}
