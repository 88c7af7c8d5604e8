package io.sommelier.camel;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;

/** The failures that the component itself says, all of commands that were not sent. Stateless. */
final class Refusal {
    private Refusal() {}

    /** A header or a body that no command can be made of. */
    static CommandException invalid(String message) {
        return of(ErrorCode.INVALID_COMMAND, Outcome.REFUSED, Stage.INGRESS, message);
    }

    static CommandException tooLarge(ErrorCode code, String message) {
        return of(code, Outcome.REFUSED, Stage.INGRESS, message);
    }

    static CommandException overloaded(int most) {
        return of(
                ErrorCode.OVERLOADED,
                Outcome.NOT_SENT,
                Stage.INGRESS,
                "the component has " + most + " commands under way, as many as it may");
    }

    static CommandException expired() {
        return of(
                ErrorCode.EXPIRED,
                Outcome.NOT_SENT,
                Stage.INGRESS,
                "the time of the command that the route serves is spent");
    }

    private static CommandException of(ErrorCode code, Outcome outcome, Stage stage, String message) {
        return new CommandException(CommandError.of(code, outcome, stage, message));
    }
}
