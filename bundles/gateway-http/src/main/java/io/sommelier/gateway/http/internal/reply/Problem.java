package io.sommelier.gateway.http.internal.reply;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Part;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A failure in HTTP (RFC 9457). Immutable.
 *
 * @param status the HTTP status
 * @param title what kind of failure it is
 * @param detail one sentence for a person
 * @param error what is true of the command; empty where a request is not about sending one
 * @param commandId the command, where there is one
 * @param reply what the worker sent with the failure, where it sent something
 */
public record Problem(
        int status,
        String title,
        String detail,
        Optional<CommandError> error,
        Optional<CommandId> commandId,
        Optional<KeptPayload> reply) {
    /** The media type of a problem. */
    public static final String TYPE = "application/problem+json";

    /** As given. */
    public Problem {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(commandId, "commandId");
        Objects.requireNonNull(reply, "reply");
    }

    /** The failure of a command, or of a request that became none, with the status of the table. */
    public static Problem of(CommandError error, Optional<CommandId> commandId) {
        return of(Statuses.of(error), error, commandId, Optional.empty());
    }

    /** The same with another status. */
    public static Problem of(int status, CommandError error) {
        return of(status, error, Optional.empty(), Optional.empty());
    }

    /** The failure of a command, with what its worker says: a status of failure that it suggests, and its payload. */
    public static Problem of(CommandException failure, CommandId commandId) {
        CommandError error = failure.error();
        Optional<Part> part = failure.part();
        int suggested = part.map(Part::suggestedStatus).orElse(0);
        return of(
                suggested >= 400 ? suggested : Statuses.of(error),
                error,
                Optional.of(commandId),
                part.filter(failed -> !failed.payload().isEmpty())
                        .map(failed -> new KeptPayload(failed.contentType(), failed.payload())));
    }

    private static Problem of(
            int status, CommandError error, Optional<CommandId> commandId, Optional<KeptPayload> reply) {
        return new Problem(status, title(error.code()), error.message(), Optional.of(error), commandId, reply);
    }

    /** Nothing is there under that name. */
    public static Problem notFound(String detail) {
        return new Problem(404, "Not found", detail, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** What is asked for does not fit to how things are. */
    public static Problem conflict(String detail) {
        return new Problem(409, "Conflict", detail, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** What is asked for cannot be had for the moment. */
    public static Problem notNow(String detail) {
        return new Problem(503, "Not available now", detail, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static String title(ErrorCode code) {
        String words = code.name().replace('_', ' ').toLowerCase(Locale.ROOT);
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    /** Whether the client is told after what time it may try again. */
    boolean hasRetryAfter() {
        return status == 503 || status == 429;
    }

    /** On one line. */
    public String toJson() {
        return Json.text(this::write);
    }

    /** As a JSON object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", error.map(Problem::type).orElse("about:blank"));
        json.writeStringField("title", title);
        json.writeNumberField("status", status);
        json.writeStringField("detail", detail);
        if (error.isPresent()) {
            json.writeStringField("code", error.get().code().name());
            json.writeStringField("outcome", error.get().outcome().name());
            json.writeBooleanField("retryable", error.get().retryable());
            json.writeStringField("stage", error.get().stage().name());
        }
        if (commandId.isPresent()) {
            json.writeStringField("commandId", commandId.get().toString());
        }
        if (reply.isPresent()) {
            json.writeFieldName("reply");
            json.writeStartObject();
            reply.get().write(json);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static String type(CommandError error) {
        return "urn:sommelier:error:"
                + error.code().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
