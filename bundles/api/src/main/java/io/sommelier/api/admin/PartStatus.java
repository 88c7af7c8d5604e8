package io.sommelier.api.admin;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a part of a controller says of itself: a service of each part that has settings, or that needs something outside, such as a broker or a port. Thread-safe; no method
 * blocks.
 */
@ConsumerType
public interface PartStatus {
    /** The name of the part: that of its settings without {@code io.sommelier.}, such as {@code transport.tcp}. */
    String part();

    /**
     * What is wrong now, one line each, for an operator; empty when all is well. A part with any line is DEGRADED: it goes on with what it has, such as the last good settings,
     * until somebody mends it.
     */
    List<String> problems();
}
