package io.sommelier.gateway.http.internal.request;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.gateway.http.internal.HeaderNames;
import io.sommelier.gateway.http.internal.reply.ReplyForm;
import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A request to send a command. Immutable.
 *
 * @param command what is sent
 * @param caller who sends it
 * @param form how a streamed reply is written
 * @param preferences what the client prefers
 */
public record CommandRequest(Command command, Caller caller, ReplyForm form, Preferences preferences) {

    /**
     * Reads a request. Payload and content type are taken as they are.
     *
     * @throws RequestRefusedException naming what of it is wrong, and what is allowed
     */
    public static CommandRequest read(IncomingRequest request, Caller caller, RequestRules rules) {
        request.refuseQuery();
        Optional<ReplyForm> form = Accepts.form(request.list("Accept"));
        if (form.isEmpty()) {
            throw RequestRefusedException.bad(
                    406, "Accept allows nothing (allowed: any type with a quality above 0, such as */*)");
        }
        return new CommandRequest(command(request, rules), caller, form.get(), Preferences.of(request.list("Prefer")));
    }

    private static Command command(IncomingRequest request, RequestRules rules) {
        Command.Builder builder = to(request)
                .ttl(ttl(request, rules))
                .payload(Payload.copyOf(request.body()))
                .durable(request.flag("Sommelier-Durable"))
                .idempotent(request.flag("Sommelier-Idempotent"))
                .headers(passed(request, rules.passed()));
        request.one("Content-Type").ifPresent(type -> contentType(builder, type));
        request.one("Idempotency-Key").ifPresent(key -> builder.idempotencyKey(IdempotencyKey.read(key)));
        request.one("Sommelier-Command-Id").ifPresent(id -> builder.id(IncomingRequest.id("Sommelier-Command-Id", id)));
        traceparent(request, builder);
        return build(builder);
    }

    private static Command.Builder to(IncomingRequest request) {
        try {
            String instance = request.one("Sommelier-Instance").orElse("");
            return Command.to(new Target(request.variable("target"), instance), request.variable("operation"));
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.bad(e.getMessage());
        }
    }

    private static Command build(Command.Builder builder) {
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.bad(e.getMessage());
        }
    }

    private static void contentType(Command.Builder builder, String type) {
        try {
            builder.contentType(type);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.bad("Content-Type", type, "at most 255 characters of printable ASCII");
        }
    }

    /** One that is not possible is left out, as its specification has it. */
    private static void traceparent(IncomingRequest request, Command.Builder builder) {
        String trace = request.list("traceparent");
        if (trace != null) {
            try {
                builder.traceparent(trace.trim());
            } catch (IllegalArgumentException notPossible) {
                builder.traceparent("");
            }
        }
    }

    private static Duration ttl(IncomingRequest request, RequestRules rules) {
        Optional<String> text = request.one("Sommelier-Ttl");
        if (text.isEmpty()) {
            return rules.defaultTtl();
        }
        try {
            Duration ttl = SettingsReader.parseDuration(text.get());
            if (ttl.toMillis() > 0 && ttl.compareTo(rules.maxTtl()) <= 0) {
                return ttl;
            }
        } catch (IllegalArgumentException | ArithmeticException notATime) {
            // answered below
        }
        throw RequestRefusedException.bad(
                "Sommelier-Ttl",
                text.get(),
                "1ms to " + rules.maxTtl().toSeconds() + "s, written as 300ms, 5s, 2m or 1h");
    }

    private static Headers passed(IncomingRequest request, HeaderNames names) {
        Headers.Builder headers = Headers.builder();
        request.eachHeader((name, value) -> {
            if (names.has(name)) {
                for (Object one : value instanceof Collection<?> several ? several : List.of(value)) {
                    add(headers, name, String.valueOf(one));
                }
            }
        });
        return headers.build();
    }

    private static void add(Headers.Builder headers, String name, String value) {
        try {
            headers.add(name, value);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.of(ErrorCode.HEADERS_TOO_LARGE, e.getMessage());
        }
    }

    /** The id of the command. */
    public CommandId id() {
        return command.id();
    }
}
