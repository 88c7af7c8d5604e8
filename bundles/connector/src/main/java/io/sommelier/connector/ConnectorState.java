package io.sommelier.connector;

import io.sommelier.api.Goodbye;
import io.sommelier.api.Welcome;
import java.util.Optional;

/**
 * Where a connector stands with its controller. Immutable.
 *
 * @param phase what it is doing
 * @param address of the controller it is attached to, or was last, as it was given, or {@code host:port} of who dialled; empty before the first
 * @param welcome what the controller answered; present exactly while ACTIVE or DRAINING
 * @param goodbye how the last channel or attempt ended; present exactly while REFUSED, UNREACHED, LOST or CLOSED
 */
public record ConnectorState(Phase phase, String address, Optional<Welcome> welcome, Optional<Goodbye> goodbye) {
    /** What a connector is doing. */
    public enum Phase {
        /** It dials a controller, or waits to be dialled. Nothing is served, and nothing can be sent. */
        CONNECTING,
        /** A controller has taken it in: it serves and sends. */
        ACTIVE,
        /** Its channel ends soon, since it is being closed, or the controller takes nothing new: what is under way goes on. */
        DRAINING,
        /** Somebody answered, and did not let it in; the goodbye says why. It tries again soon. */
        REFUSED,
        /** Nobody answered: there is no way to a controller, or no answer came in time. It tries again soon. */
        UNREACHED,
        /** Its channel has ended, and every command under way with it. It tries again soon. */
        LOST,
        /** It has ended, for good: it was closed, or a controller told it to stay away. */
        CLOSED
    }

    static ConnectorState connecting(String address) {
        return new ConnectorState(Phase.CONNECTING, address, Optional.empty(), Optional.empty());
    }

    static ConnectorState active(String address, Welcome welcome) {
        return new ConnectorState(Phase.ACTIVE, address, Optional.of(welcome), Optional.empty());
    }

    /** This one, once its channel drains. */
    ConnectorState draining() {
        return new ConnectorState(Phase.DRAINING, address, welcome, Optional.empty());
    }

    static ConnectorState ended(Phase phase, String address, Goodbye goodbye) {
        return new ConnectorState(phase, address, Optional.empty(), Optional.of(goodbye));
    }
}
