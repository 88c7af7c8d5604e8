package io.sommelier.gateway.http.internal.command;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** Counts the replies that are streamed, since each may hold as much as the initial credit for a client that does not read. Thread-safe. */
final class StreamSlots {
    private final IntSupplier most;
    private final AtomicInteger taken = new AtomicInteger();

    StreamSlots(IntSupplier most) {
        this.most = most;
    }

    boolean take() {
        if (taken.incrementAndGet() <= most.getAsInt()) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
