package io.sommelier.connector;

import io.sommelier.wire.serving.HandlerExecutor;
import java.time.Duration;

/** The threads on which handlers run. Thread-safe. */
final class ServingThreads {
    /** A check that comes while the one before it just ends; what comes beyond that is refused. */
    private static final int WAITING_CHECKS = 1;

    private final HandlerExecutor pooled;
    private final HandlerExecutor apart;

    ServingThreads(String name, int threads, int queueCapacity) {
        pooled = new HandlerExecutor(name, threads, queueCapacity);
        apart = new HandlerExecutor(name + "-health", 1, WAITING_CHECKS);
    }

    /** Where the handler of an operation runs; {@code null} for the I/O thread. */
    HandlerExecutor of(ServedOperation operation) {
        return switch (operation.place()) {
            case POOLED -> pooled;
            case DIRECT -> null;
            case APART -> apart;
        };
    }

    /** Interrupts what runs; takes up to two seconds where that does not end. */
    void close() {
        pooled.close(Duration.ZERO);
        apart.close(Duration.ZERO);
    }
}
