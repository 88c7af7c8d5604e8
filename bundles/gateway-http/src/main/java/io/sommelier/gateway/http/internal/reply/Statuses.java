package io.sommelier.gateway.http.internal.reply;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;

/** The HTTP status of each failure; the table stands in the README. */
final class Statuses {
    private Statuses() {}

    static int of(CommandError error) {
        return of(error.code(), error.outcome());
    }

    static int of(ErrorCode code, Outcome outcome) {
        if (outcome == Outcome.EXECUTED) {
            return 422;
        }
        if (code == ErrorCode.EXPIRED || code == ErrorCode.STREAM_IDLE) {
            return 504;
        }
        if (code == ErrorCode.INTERNAL) {
            return 500;
        }
        return outcome == Outcome.UNKNOWN || outcome == Outcome.REPLY_LOST ? 502 : ofRefused(code);
    }

    /** Nothing was executed, so the code alone says what is to be done. */
    private static int ofRefused(ErrorCode code) {
        return switch (code) {
            case INVALID_COMMAND -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case UNKNOWN_TARGET, UNKNOWN_OPERATION -> 404;
            case DUPLICATE_COMMAND, IDEMPOTENCY_CONFLICT, CANCELLED -> 409;
            case PAYLOAD_TOO_LARGE -> 413;
            case QUOTA_EXCEEDED -> 429;
            case HEADERS_TOO_LARGE -> 431;
            case UNSUPPORTED -> 501;
            case TOO_MANY_HOPS -> 508;
            case NO_MEMBER,
                    NO_INSTANCE,
                    OVERLOADED,
                    DRAINING,
                    MAILBOX_UNAVAILABLE,
                    ARCHIVE_UNAVAILABLE,
                    MEMBER_BUSY,
                    MEMBER_GONE,
                    CONTROLLER_GONE,
                    CALLER_GONE,
                    ATTEMPTS_EXHAUSTED -> 503;
            default -> 502;
        };
    }
}
