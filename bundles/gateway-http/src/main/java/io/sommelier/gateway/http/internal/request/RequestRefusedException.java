package io.sommelier.gateway.http.internal.request;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.gateway.http.internal.reply.Problem;
import java.util.Optional;

/** A request that is answered with a failure of its own. It has no stack trace: it says nothing about this program. */
public final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_SHOWN = 80;

    private final transient Problem problem;

    /** A refusal with that answer. */
    public RequestRefusedException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** A refusal of a command that was not sent. */
    static RequestRefusedException of(ErrorCode code, String message) {
        return new RequestRefusedException(
                Problem.of(CommandError.of(code, Outcome.REFUSED, Stage.INGRESS, message), Optional.empty()));
    }

    /** A header, or another piece of the request, that is not what it has to be. */
    static RequestRefusedException bad(String what, String value, String allowed) {
        return bad(what + " = " + shown(value) + " (allowed: " + allowed + ")");
    }

    /** A request that is not what it has to be. */
    static RequestRefusedException bad(String message) {
        return of(ErrorCode.INVALID_COMMAND, message);
    }

    /** The same with another status. */
    static RequestRefusedException bad(int status, String message) {
        return new RequestRefusedException(Problem.of(
                status, CommandError.of(ErrorCode.INVALID_COMMAND, Outcome.REFUSED, Stage.INGRESS, message)));
    }

    /** What of a caller's text is repeated to him. */
    static String shown(String text) {
        return text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }
}
