package io.sommelier.transport.embedded.internal;

import io.sommelier.api.Target;
import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of handlers and senders in this Karaf. Immutable.
 *
 * @param node what the instance ids of this Karaf begin with; unique among those that share a broker
 * @param handlerThreads how many handlers of a member run at once, 1 to 1024
 * @param handlerQueue how many commands wait for one, 0 to 1 000 000
 * @param capacity how many commands a member takes at once, waiting ones included, 1 to 1 000 000
 * @param drainLimit how long commands may take to end when their handler goes, 0 to 10 min
 */
record EmbeddedSettings(String node, int handlerThreads, int handlerQueue, int capacity, Duration drainLimit) {
    /** The PID of these settings. */
    static final String PID = "io.sommelier.transport.embedded";

    /**
     * Reads the settings; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    static EmbeddedSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        String node = reader.text("node", System.getProperty("karaf.name", "local"));
        try {
            Target.of(node);
        } catch (IllegalArgumentException notAName) {
            reader.violation("node = " + node + " (allowed: letters, digits and . _ : -)");
        }
        EmbeddedSettings settings = new EmbeddedSettings(
                node,
                reader.integer("handlerThreads", 4, 1, 1024),
                reader.integer("handlerQueue", 256, 0, 1_000_000),
                reader.integer("capacity", 256, 1, 1_000_000),
                reader.duration("drainLimit", Duration.ofSeconds(5), Duration.ZERO, Duration.ofMinutes(10)));
        reader.check();
        return settings;
    }
}
