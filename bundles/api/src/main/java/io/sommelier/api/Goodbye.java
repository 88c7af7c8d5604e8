package io.sommelier.api;

import java.util.Objects;

/**
 * How a channel ends, or why a hello is refused. Immutable.
 *
 * @param reason why; API
 * @param comeBack whether the connector should try again, here or elsewhere
 * @param message one sentence for a person; at most {@link CommandError#MAX_MESSAGE} characters, longer ones are cut; not API
 */
public record Goodbye(CloseReason reason, boolean comeBack, String message) {
    /** Cuts the message to its bound. */
    public Goodbye {
        Objects.requireNonNull(reason, "reason");
        if (message.length() > CommandError.MAX_MESSAGE) {
            message = message.substring(0, CommandError.MAX_MESSAGE - 1) + "…";
        }
    }
}
