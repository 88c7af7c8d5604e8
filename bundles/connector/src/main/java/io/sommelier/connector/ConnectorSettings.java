package io.sommelier.connector;

import io.sommelier.api.Hello;
import io.sommelier.wire.LinkSettings;
import java.util.function.LongSupplier;

/**
 * What a connector is made with. Immutable.
 *
 * @param hello what it says of itself, without its operations
 * @param link the limits of its channel
 * @param clock the monotonic clock, in nanoseconds
 */
record ConnectorSettings(Hello hello, LinkSettings link, LongSupplier clock) {

    /** How often a link and the deadlines are looked at: often enough for each limit. */
    long tickMillis() {
        long shorter = Math.min(link.heartbeat().toMillis(), link.helloLimit().toMillis());
        return Math.max(1, Math.min(100, shorter / 5));
    }
}
