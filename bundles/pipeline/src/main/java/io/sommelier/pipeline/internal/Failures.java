package io.sommelier.pipeline.internal;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What may be said of a command that failed in the chain: a handler chooses code and message, but not an outcome that is untrue where it stands. */
final class Failures {
    private Failures() {}

    /** On the way down nothing was executed: the outcome is REFUSED, or NOT_SENT where the handler says so. */
    static CommandError onTheWayDown(CommandError error) {
        boolean isTrue = error.outcome() == Outcome.REFUSED || error.outcome() == Outcome.NOT_SENT;
        return isTrue
                ? error
                : new CommandError(error.code(), Outcome.REFUSED, error.retryable(), error.stage(), error.message());
    }

    /** On the way up the outcome of a FAILED part stays; that of other parts cannot be that nothing was executed. */
    static CommandError onTheWayUp(CommandError error, Part part) {
        Outcome outcome = error.outcome();
        if (part.error().isPresent()) {
            outcome = part.error().get().outcome();
        } else if (outcome == Outcome.REFUSED || outcome == Outcome.NOT_SENT) {
            outcome = Outcome.REPLY_LOST;
        }
        return outcome == error.outcome()
                ? error
                : new CommandError(error.code(), outcome, false, error.stage(), error.message());
    }

    /** What an exception of a handler means: the error that it chose, or that it is broken. The text of a foreign exception is for the log alone. */
    static CommandError ofThrown(Step step, Throwable thrown, boolean goingUp) {
        return thrown instanceof CommandException chosen
                ? chosen.error()
                : CommandError.of(
                        ErrorCode.INTERNAL,
                        goingUp ? Outcome.REPLY_LOST : Outcome.REFUSED,
                        goingUp ? Stage.RETURN : Stage.PIPELINE,
                        "handler " + step.name() + " failed on the way " + step.way());
    }

    /** No thread was free for a handler that blocks. */
    static CommandError noThread(Step step) {
        return CommandError.of(
                ErrorCode.OVERLOADED,
                Outcome.REFUSED,
                Stage.PIPELINE,
                "the queue for handlers that block is full, before " + step.name());
    }

    /** Parts came faster than they passed. */
    static CommandError tooManyWait(int parts) {
        return CommandError.of(
                ErrorCode.OVERLOADED,
                Outcome.REPLY_LOST,
                Stage.RETURN,
                parts + " parts of the reply wait in the pipeline, more than allowed");
    }

    /** What a stage failed with, without the wrappings of its library. */
    static Throwable unwrapped(Throwable thrown) {
        Throwable inner = thrown;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /**
     * Whether a FAILED part is the controller's own word, rather than an answer: the time is spent, the command was cancelled, or nothing certain is known of
     * it.
     */
    static boolean isLastWord(CommandError error) {
        boolean isAnswer = error.outcome() == Outcome.EXECUTED || error.outcome() == Outcome.REFUSED;
        return !isAnswer || error.code() == ErrorCode.EXPIRED || error.code() == ErrorCode.CANCELLED;
    }
}
