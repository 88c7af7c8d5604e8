package io.sommelier.api.admin;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Part;

/**
 * Where a command is in its life. A command that a controller shows is in one of the states before the end; the others name how one has ended, for those who keep that. Later
 * versions may have more constants: whoever switches over them has a default.
 */
public enum CommandState {
    /** Taken in, and on its way down the pipeline. */
    SUBMITTED,
    /** It passed the pipeline; a member or a mailbox is sought. */
    ADMITTED,
    /** In the send queue of a member's channel, not yet claimed. */
    QUEUED,
    /** In a mailbox. */
    WAITING,
    /** It waits for the reply of another command with its idempotency key, which came before it. */
    JOINED,
    /** Handed to a member, of which nothing has come back yet. */
    DISPATCHED,
    /** The member took it on; no data has come yet. */
    ACCEPTED,
    /** The member has sent data. */
    STREAMING,
    /** Ended, and did what was asked. */
    COMPLETED,
    /** Ended with an error that is none of those below. */
    FAILED,
    /** Ended since its time to live was spent. */
    EXPIRED,
    /** Ended since its caller, or an operator, gave it up. */
    CANCELLED;

    /** Whether it is an end. */
    public boolean isEnd() {
        return compareTo(COMPLETED) >= 0;
    }

    /**
     * The end that a terminal part is.
     *
     * @throws IllegalArgumentException when the part is not terminal
     */
    public static CommandState of(Part terminal) {
        if (!terminal.status().isTerminal()) {
            throw new IllegalArgumentException(terminal + " is not terminal");
        }
        ErrorCode code = terminal.error().map(CommandError::code).orElse(null);
        if (code == null) {
            return COMPLETED;
        }
        return code == ErrorCode.EXPIRED ? EXPIRED : code == ErrorCode.CANCELLED ? CANCELLED : FAILED;
    }
}
