package io.sommelier.api;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The failure of a command as an exception: what the stages of a {@link Call} fail with, and what a handler may throw
 * to choose its own error. Not meant to be serialized: the error does not survive it.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CommandError error;
    private final transient Part part;

    /** Carries the error; there is no stack trace, since it says nothing about the place where the command failed. */
    public CommandException(CommandError error) {
        this(error, null);
    }

    /**
     * Carries a FAILED part with its error, headers and payload.
     *
     * @throws IllegalArgumentException when the part is not FAILED
     */
    public CommandException(Part failed) {
        this(failed.error().orElseThrow(() -> new IllegalArgumentException(failed + " has not failed")), failed);
    }

    private CommandException(CommandError error, Part part) {
        super(error.toString(), null, false, false);
        this.error = error;
        this.part = part;
    }

    /**
     * The failure of a command in what a stage or a future failed with: looks through {@link CompletionException} and
     * {@link ExecutionException}. Anything else becomes {@link ErrorCode#INTERNAL} with {@link Outcome#UNKNOWN}.
     */
    public static CommandException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof CommandException known
                ? known
                : new CommandException(
                        CommandError.of(ErrorCode.INTERNAL, Outcome.UNKNOWN, Stage.REPLY_WAIT, cause.toString()));
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Code, outcome, whether to retry, stage and message. */
    public CommandError error() {
        return error;
    }

    /** The FAILED part of the reply, with the headers and the payload that the worker gave it; empty where the failure is not a reply. */
    public Optional<Part> part() {
        return Optional.ofNullable(part);
    }
}
