package io.sommelier.api;

/**
 * The failure of a command as an exception: what the stages of a {@link Call} fail with, and what a handler may throw
 * to choose its own error. Not meant to be serialized: the error does not survive it.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CommandError error;

    /** Carries the error; there is no stack trace, since it says nothing about the place where the command failed. */
    public CommandException(CommandError error) {
        super(error.toString(), null, false, false);
        this.error = error;
    }

    /** Code, outcome, whether to retry, stage and message. */
    public CommandError error() {
        return error;
    }
}
