package io.sommelier.api;

import java.util.Objects;

/**
 * What became of a command that did not complete. Immutable. The message goes to the caller: it holds no secret and no
 * payload.
 *
 * @param code why; API
 * @param outcome what is true of the command now; API
 * @param retryable whether the same command may succeed when sent again unchanged; API
 * @param stage where it was
 * @param message one sentence for a person, with the names and limits that matter; at most {@value #MAX_MESSAGE} characters, longer ones are cut; not API
 */
public record CommandError(ErrorCode code, Outcome outcome, boolean retryable, Stage stage, String message) {
    /** The most characters of a message. */
    public static final int MAX_MESSAGE = 1024;

    /** Cuts the message to {@value #MAX_MESSAGE} characters. */
    public CommandError {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(stage, "stage");
        if (message.length() > MAX_MESSAGE) {
            message = message.substring(0, MAX_MESSAGE - 1) + "…";
        }
    }

    /** An error that is retryable if its code is by nature, and if it did not run. */
    public static CommandError of(ErrorCode code, Outcome outcome, Stage stage, String message) {
        boolean retryable = code.retryable() && (outcome == Outcome.NOT_SENT || outcome == Outcome.REFUSED);
        return new CommandError(code, outcome, retryable, stage, message);
    }

    /** The answer of a handler that could not do what it was asked: {@link ErrorCode#HANDLER_FAILED}, {@link Outcome#EXECUTED}, not retryable. */
    public static CommandError executed(String message) {
        return new CommandError(ErrorCode.HANDLER_FAILED, Outcome.EXECUTED, false, Stage.EXECUTION, message);
    }

    /** {@code CODE (OUTCOME at STAGE): message}. */
    @Override
    public String toString() {
        return code + " (" + outcome + " at " + stage + "): " + message;
    }
}
