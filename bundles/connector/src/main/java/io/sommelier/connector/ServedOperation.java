package io.sommelier.connector;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Health;

/**
 * What serves an operation. Immutable.
 *
 * @param handler executes the commands
 * @param place where it runs
 */
record ServedOperation(CommandHandler handler, Place place) {
    /** Where a handler runs. */
    enum Place {
        /** On a thread of the connector, after what waits for one. */
        POOLED,
        /** On the I/O thread. */
        DIRECT,
        /** On a thread that does nothing else, one command at a time: how the connector is must be told though all others are busy. */
        APART
    }

    static ServedOperation of(String operation, CommandHandler handler, boolean isDirect) {
        Place wanted = isDirect ? Place.DIRECT : Place.POOLED;
        return new ServedOperation(handler, operation.equals(Health.OPERATION) ? Place.APART : wanted);
    }
}
