package io.sommelier.connector;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears where a connector stands. Called for each change, in order, one call at a time, on the connector's I/O thread, {@code sommelier-<instance>-io} unless it runs on a shared
 * group: it must not block. While it is called, the connector stands there still: on that thread nothing else changes it. What it throws is logged, and disturbs neither the
 * connector nor other listeners.
 */
@ConsumerType
@FunctionalInterface
public interface StateListener {
    /** The connector is in this state now; {@link Connector#state} says so already. */
    void changed(ConnectorState state);
}
