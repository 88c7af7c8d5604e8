package io.sommelier.gateway.jms;

import io.sommelier.runtime.artemis.CoreAccess;
import jakarta.jms.ConnectionFactory;
import java.util.Objects;

/**
 * The broker that is there. Immutable.
 *
 * @param connections a pool of JMS connections
 * @param core the way to what JMS does not have: to make queues, and to look at addresses
 */
record Broker(ConnectionFactory connections, CoreAccess core) {
    Broker {
        Objects.requireNonNull(connections, "connections");
        Objects.requireNonNull(core, "core");
    }
}
