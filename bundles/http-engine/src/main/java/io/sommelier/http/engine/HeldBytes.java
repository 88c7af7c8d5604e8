package io.sommelier.http.engine;

import java.util.concurrent.atomic.AtomicLong;

/** Counts the memory of all request bodies that are held in one piece. Thread-safe. */
final class HeldBytes {
    private final AtomicLong held = new AtomicLong();

    /** Whether there was room for so many more; if not, nothing is counted. */
    boolean take(long bytes, long most) {
        if (held.addAndGet(bytes) > most) {
            held.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    long now() {
        return held.get();
    }
}
