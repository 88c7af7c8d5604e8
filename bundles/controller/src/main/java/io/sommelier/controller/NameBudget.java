package io.sommelier.controller;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** How many targets, and operations of targets, are remembered, against the limit for both: connectors name them, and may make up any. Thread-safe. */
final class NameBudget {
    private final IntSupplier limit;
    private final AtomicInteger names = new AtomicInteger();

    NameBudget(IntSupplier limit) {
        this.limit = limit;
    }

    int names() {
        return names.get();
    }

    /** Books one more; {@code false} when there are as many as may be. */
    boolean take() {
        if (names.incrementAndGet() <= limit.getAsInt()) {
            return true;
        }
        names.decrementAndGet();
        return false;
    }

    /** Books one more, whatever the limit: the operator named it. */
    void takeAnyway() {
        names.incrementAndGet();
    }

    void give(int forgotten) {
        names.addAndGet(-forgotten);
    }
}
