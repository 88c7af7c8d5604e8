package io.sommelier.connector;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Hello;
import java.util.HashMap;
import java.util.Map;

/** What the connector serves now. Thread-safe: readers see one immutable map after the other. */
final class Operations {
    private final String targetId;
    private volatile Map<String, ServedOperation> served = Map.of();

    /** Nothing yet; {@code targetId} may be empty, and then nothing ever. */
    Operations(String targetId) {
        this.targetId = targetId;
    }

    Map<String, ServedOperation> all() {
        return served;
    }

    /** Serves an operation, in place of what served it before. */
    synchronized void put(String operation, CommandHandler handler, boolean direct) {
        if (targetId.isEmpty()) {
            throw new IllegalStateException("the connector serves no target, so it cannot serve " + operation
                    + ": name one with serves(target)");
        }
        Map<String, ServedOperation> next = new HashMap<>(served);
        next.put(operation, ServedOperation.of(operation, handler, direct));
        Hello.of("check").serves(targetId, next.keySet()); // throws when a name or their number is not allowed
        served = Map.copyOf(next);
    }

    synchronized void remove(String operation) {
        Map<String, ServedOperation> next = new HashMap<>(served);
        next.remove(operation);
        served = Map.copyOf(next);
    }
}
