package io.sommelier.controller;

import io.sommelier.api.Part;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers a repetition with the reply that was kept, in the place of a member: data goes against credit, so that a slow reader of an old reply is no different from one of a
 * new reply. Thread-safe; the parts go one at a time, on the thread that starts it or gives credit.
 */
final class Replay implements Holder {
    private final Pending entry;
    private final List<Part> parts;
    private final AtomicLong credit = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private int next; // of the one at work
    private volatile boolean cancelled;

    Replay(Pending entry, List<Part> parts) {
        this.entry = entry;
        this.parts = parts;
    }

    /** The entry is claimed for this. */
    void start() {
        credit(entry, entry.initialCredit());
    }

    @Override
    public void credit(Pending of, long bytes) {
        credit.addAndGet(bytes);
        if (work.getAndIncrement() != 0) {
            return; // the one at work looks again
        }
        int seen = 1;
        do {
            goOn();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void goOn() {
        while (next < parts.size() && !cancelled) {
            Part part = parts.get(next);
            if (part.cost() > 0) {
                if (credit.get() <= 0) {
                    return;
                }
                credit.addAndGet(-part.cost());
            }
            next++;
            if (!entry.part(part)) {
                next = parts.size();
            }
        }
    }

    @Override
    public void cancel(Pending of, String reason) {
        cancelled = true;
    }

    @Override
    public void release() {
        // takes no place
    }
}
