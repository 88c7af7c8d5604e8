package io.sommelier.gateway.http;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.gateway.http.internal.reply.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Words what the HTTP server answers in the place of the gateway's routes, with the members that all its failures have: a body that is too large, a method that is not served, a gateway that is being updated. Thread-safe.
 */
final class Wording implements Function<Map<String, ?>, byte[]> {
    /** Where the server looks for it in the registry of a Camel context. */
    static final String NAME = "sommelier.http.wording";

    private final BooleanSupplier isDraining;

    Wording(BooleanSupplier isDraining) {
        this.isDraining = isDraining;
    }

    @Override
    public byte[] apply(Map<String, ?> refusal) {
        int status = (Integer) refusal.get("status");
        String detail = String.valueOf(refusal.get("detail"));
        boolean isStarted = Boolean.TRUE.equals(refusal.get("started"));
        return Problem.of(status, isStarted ? lost(status, detail) : refused(status, detail))
                .toJson()
                .getBytes(StandardCharsets.UTF_8);
    }

    private CommandError refused(int status, String detail) {
        return switch (status) {
            case 408 -> CommandError.of(ErrorCode.EXPIRED, Outcome.NOT_SENT, Stage.INGRESS, detail);
            case 413 -> CommandError.of(ErrorCode.PAYLOAD_TOO_LARGE, Outcome.REFUSED, Stage.INGRESS, detail);
            case 500 -> CommandError.of(ErrorCode.INTERNAL, Outcome.NOT_SENT, Stage.INGRESS, detail);
            case 503 ->
                CommandError.of(
                        isDraining.getAsBoolean() ? ErrorCode.DRAINING : ErrorCode.OVERLOADED,
                        Outcome.NOT_SENT,
                        Stage.INGRESS,
                        detail);
            default -> CommandError.of(ErrorCode.INVALID_COMMAND, Outcome.REFUSED, Stage.INGRESS, detail);
        };
    }

    private static CommandError lost(int status, String detail) {
        ErrorCode code = switch (status) {
            case 503 -> ErrorCode.DRAINING;
            case 504 -> ErrorCode.EXPIRED;
            default -> ErrorCode.INTERNAL;
        };
        return CommandError.of(code, Outcome.UNKNOWN, Stage.REPLY_WAIT, detail);
    }
}
