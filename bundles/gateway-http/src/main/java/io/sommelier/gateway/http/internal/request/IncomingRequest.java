package io.sommelier.gateway.http.internal.request;

import io.sommelier.api.CommandId;
import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * A request as the HTTP server puts it into a message: headers, parameters of the query and variables of the path all are headers there, and of the same name the path wins before the headers, and they before the query. Confined to the thread that has
 * the exchange.
 */
public final class IncomingRequest {
    private final Message message;

    /** The request of that message. */
    public IncomingRequest(Message message) {
        this.message = message;
    }

    /**
     * The value of a header that may be there once.
     *
     * @throws RequestRefusedException when it is there several times
     */
    Optional<String> one(String name) {
        Object value = message.getHeader(name);
        if (value instanceof Collection<?> several) {
            throw RequestRefusedException.bad(name + " is there " + several.size() + " times (allowed: once)");
        }
        return value == null ? Optional.empty() : Optional.of(value.toString().trim());
    }

    /** All values of a header that is a list, with commas between; null for none. */
    String list(String name) {
        Object value = message.getHeader(name);
        if (value instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? null : value.toString();
    }

    /**
     * Whether a header says {@code true}.
     *
     * @throws RequestRefusedException when it says neither that nor {@code false}
     */
    public boolean flag(String name) {
        Optional<String> value = one(name);
        if (value.isEmpty() || value.get().equalsIgnoreCase("false")) {
            return false;
        }
        if (value.get().equalsIgnoreCase("true")) {
            return true;
        }
        throw RequestRefusedException.bad(name, value.get(), "true or false");
    }

    /** Refuses a query: what it says would else be taken for headers. */
    void refuseQuery() {
        Object query = message.getHeader(Exchange.HTTP_RAW_QUERY);
        if (query != null && !query.toString().isEmpty()) {
            throw RequestRefusedException.bad("the query", query.toString(), "none; options are headers");
        }
    }

    /** The value of a variable of the path. */
    public String variable(String name) {
        return String.valueOf(message.getHeader(name));
    }

    /**
     * A variable of the path that is the id of a command.
     *
     * @throws RequestRefusedException when it is none
     */
    public CommandId id(String name) {
        return id("the id in the path", variable(name));
    }

    /** The id that a text is. */
    static CommandId id(String what, String text) {
        try {
            return CommandId.parse(text);
        } catch (IllegalArgumentException e) {
            throw RequestRefusedException.bad(what, text, "a UUID: 32 hexadecimal digits as 8-4-4-4-12");
        }
    }

    /**
     * A whole number of the query.
     *
     * @throws RequestRefusedException when it is none, or out of bounds
     */
    public int number(String name, int defaultValue, int least, int most) {
        Optional<String> text = one(name);
        if (text.isEmpty()) {
            return defaultValue;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        throw RequestRefusedException.bad(name, text.get(), least + " to " + most);
    }

    /**
     * A time of the query, as {@code 300ms}, {@code 5s}, {@code 2m} or {@code 1h}; empty where it is not there.
     *
     * @throws RequestRefusedException when it is none
     */
    public Optional<Duration> time(String name) {
        Optional<String> text = one(name);
        try {
            return text.map(SettingsReader::parseDuration);
        } catch (IllegalArgumentException | ArithmeticException notATime) {
            throw RequestRefusedException.bad(name, text.orElseThrow(), "a time, written as 300ms, 5s, 2m or 1h");
        }
    }

    /** The refusal of a request that is not what it has to be. */
    public static RequestRefusedException bad(String message) {
        return RequestRefusedException.bad(message);
    }

    /** Whether it is asked by that method. */
    public boolean isMethod(String method) {
        return method.equals(message.getHeader(Exchange.HTTP_METHOD));
    }

    /** The bytes of the body, not copied. */
    byte[] body() {
        return message.getBody() instanceof byte[] bytes ? bytes : new byte[0];
    }

    /** Gives each header, but for those of the HTTP server itself. */
    void eachHeader(BiConsumer<String, Object> taker) {
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            if (!header.getKey().regionMatches(true, 0, "camel", 0, 5)) {
                taker.accept(header.getKey(), header.getValue());
            }
        }
    }
}
