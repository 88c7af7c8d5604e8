package io.sommelier.connector;

import io.sommelier.api.Goodbye;
import io.sommelier.api.Welcome;
import java.util.Optional;

/**
 * Where a connector stands with its controller. Immutable.
 *
 * @param phase what it is doing
 * @param address {@code host:port} of the controller it is attached to, or was last; empty before the first
 * @param welcome what the controller answered; present exactly while ACTIVE
 * @param goodbye how the last channel or attempt ended; present exactly while DISCONNECTED or CLOSED
 */
public record ConnectorState(Phase phase, String address, Optional<Welcome> welcome, Optional<Goodbye> goodbye) {
    /** What a connector is doing. */
    public enum Phase {
        /** It dials a controller, or waits to be dialled. Nothing is served, and nothing can be sent. */
        CONNECTING,
        /** A controller has taken it in: it serves and sends. */
        ACTIVE,
        /** Its channel has ended, or an attempt was refused; it tries again soon. */
        DISCONNECTED,
        /** It has ended, for good: it was closed, or a controller told it to stay away. */
        CLOSED
    }

    static ConnectorState connecting(String address) {
        return new ConnectorState(Phase.CONNECTING, address, Optional.empty(), Optional.empty());
    }

    static ConnectorState active(String address, Welcome welcome) {
        return new ConnectorState(Phase.ACTIVE, address, Optional.of(welcome), Optional.empty());
    }

    static ConnectorState disconnected(String address, Goodbye goodbye) {
        return new ConnectorState(Phase.DISCONNECTED, address, Optional.empty(), Optional.of(goodbye));
    }

    static ConnectorState closed(String address, Goodbye goodbye) {
        return new ConnectorState(Phase.CLOSED, address, Optional.empty(), Optional.of(goodbye));
    }
}
