package io.sommelier.camel;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/** Headers of Sommelier and of Camel, each made of the other. Stateless. */
final class HeaderForm {
    private static final int MOST_NAME_CHARACTERS = 255;

    private HeaderForm() {}

    /**
     * The headers that go out with a message: texts, numbers, flags and enums, and lists of them, under names that are visible ASCII. Others stay.
     *
     * @param isLeftOut which values stay too
     * @throws io.sommelier.api.CommandException when one is too long
     */
    static Headers headersOf(
            Message message, HeaderFilterStrategy filter, Exchange exchange, Predicate<Object> isLeftOut) {
        Headers.Builder headers = Headers.builder();
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            String name = header.getKey();
            Object value = header.getValue();
            if (value == null
                    || isLeftOut.test(value)
                    || !isName(name)
                    || filter.applyFilterToCamelHeaders(name, value, exchange)) {
                continue;
            }
            for (Object one : value instanceof Collection<?> many ? many : List.of(value)) {
                add(headers, name, one);
            }
        }
        return headers.build();
    }

    private static void add(Headers.Builder headers, String name, Object value) {
        if (value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof Enum<?>) {
            try {
                headers.add(name, value.toString());
            } catch (IllegalArgumentException e) {
                throw Refusal.tooLarge(ErrorCode.HEADERS_TOO_LARGE, e.getMessage());
            }
        }
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MOST_NAME_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= ' ' || name.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** Puts headers that came into a message, in place of those of the same name; what comes several times becomes a list. */
    static void put(Headers headers, Message message, HeaderFilterStrategy filter, Exchange exchange) {
        if (headers.isEmpty()) {
            return;
        }
        Map<String, List<String>> gathered = new java.util.LinkedHashMap<>();
        for (Headers.Header header : headers) {
            if (!filter.applyFilterToExternalHeaders(header.name(), header.value(), exchange)) {
                gathered.computeIfAbsent(header.name(), name -> new ArrayList<>(1))
                        .add(header.value());
            }
        }
        gathered.forEach((name, values) -> message.setHeader(name, values.size() == 1 ? values.get(0) : values));
    }

    /** The content type of a message as a command or a reply can have it, or empty. */
    static String contentTypeOf(Message message) {
        Object value = message.getHeader(Exchange.CONTENT_TYPE);
        return value == null ? "" : value.toString();
    }

    static void putContentType(String contentType, Message message) {
        if (contentType.isEmpty()) {
            message.removeHeader(Exchange.CONTENT_TYPE);
        } else {
            message.setHeader(Exchange.CONTENT_TYPE, contentType);
        }
    }

    /** Whether a text may be a field of a command: printable ASCII of a bounded length. */
    static boolean isFieldText(String text) {
        if (text.length() > Command.MAX_TEXT) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }
}
