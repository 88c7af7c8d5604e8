package io.sommelier.connector;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears where a connector stands. Called for each change, in order, one call at a time, on the connector's I/O thread: it must not block. What it throws is logged.
 */
@ConsumerType
@FunctionalInterface
public interface StateListener {
    /** The connector is in this state now; {@link Connector#state} says so already. */
    void changed(ConnectorState state);
}
