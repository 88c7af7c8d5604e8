package io.sommelier.camel;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Invocation;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Makes the command of an exchange: what its headers say, else its endpoint. Stateless. */
final class CommandForm {
    /** What one message says, and the next one must not be taken to have said. */
    private static final List<String> OF_ONE_MESSAGE = List.of(
            SommelierHeaders.TARGET,
            SommelierHeaders.OPERATION,
            SommelierHeaders.INSTANCE,
            SommelierHeaders.TTL,
            SommelierHeaders.DURABLE,
            SommelierHeaders.IDEMPOTENT,
            SommelierHeaders.IDEMPOTENCY_KEY,
            SommelierHeaders.COMMAND_ID);

    private CommandForm() {}

    /**
     * The command. Blocks where the body is not at hand.
     *
     * @throws io.sommelier.api.CommandException when no command can be made of it
     */
    static Command commandOf(Exchange exchange, SommelierEndpoint endpoint) {
        EndpointOptions options = endpoint.options();
        Message message = exchange.getMessage();
        String operation = text(
                message,
                SommelierHeaders.OPERATION,
                options.operations().isEmpty()
                        ? ""
                        : options.operations().iterator().next());
        String targetId = text(message, SommelierHeaders.TARGET, options.targetId());
        String instance = text(message, SommelierHeaders.INSTANCE, options.instance());
        String contentType = HeaderForm.contentTypeOf(message);
        try {
            Command.Builder command = Command.to(new Target(targetId, instance), operation)
                    .ttl(ttl(exchange, options))
                    .durable(flag(message, SommelierHeaders.DURABLE, options.durable()))
                    .idempotent(flag(message, SommelierHeaders.IDEMPOTENT, options.idempotent()))
                    .idempotencyKey(text(message, SommelierHeaders.IDEMPOTENCY_KEY, ""))
                    .traceparent(traceparent(message))
                    .contentType(contentType)
                    .headers(HeaderForm.headersOf(message, endpoint.headerFilter(), exchange, value -> false))
                    .payload(BodyBytes.payload(exchange, message.getBody(), contentType, options.maxBodyBytes()));
            CommandId id = id(message);
            if (id != null) {
                command.id(id);
            }
            if (exchange.getProperty(SommelierHeaders.INVOCATION) instanceof Invocation served) {
                command.after(served);
            }
            return command.build();
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(e.getMessage());
        }
    }

    /** Takes away what the message said about its command, when that has been answered. */
    static void forget(Message message) {
        OF_ONE_MESSAGE.forEach(message::removeHeader);
    }

    private static String text(Message message, String header, String otherwise) {
        Object value = message.getHeader(header);
        return value == null ? otherwise : value.toString();
    }

    private static boolean flag(Message message, String header, boolean otherwise) {
        return read(message, header, otherwise, OptionValues.FLAG, OptionValues::flag);
    }

    private static CommandId id(Message message) {
        return read(
                message,
                SommelierHeaders.COMMAND_ID,
                null,
                "a UUID",
                value -> value instanceof CommandId id ? id : CommandId.parse(value.toString()));
    }

    /** What the message or the endpoint says, but no more than remains of the command that the route serves. */
    private static Duration ttl(Exchange exchange, EndpointOptions options) {
        Duration said = read(
                exchange.getMessage(),
                SommelierHeaders.TTL,
                options.ttl().orElse(null),
                OptionValues.TTL,
                OptionValues::ttl);
        Object served = exchange.getProperty(SommelierHeaders.INVOCATION);
        if (served instanceof Invocation invocation) {
            Duration remaining = invocation.remaining();
            if (remaining.isZero()) {
                throw Refusal.expired();
            }
            if (said == null || said.compareTo(remaining) > 0) {
                return remaining;
            }
        }
        return said == null ? Command.DEFAULT_TTL : said;
    }

    /** A trace context that is none is left out: it is no reason to fail. */
    private static String traceparent(Message message) {
        String text = text(message, SommelierHeaders.TRACEPARENT, "");
        return HeaderForm.isFieldText(text) ? text : "";
    }

    private static <T> T read(Message message, String header, T otherwise, String allowed, Function<Object, T> parse) {
        Object value = message.getHeader(header);
        if (value == null) {
            return otherwise;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(header + " = " + value + " (allowed: " + allowed + ")");
        }
    }
}
