package io.sommelier.camel;

import io.sommelier.api.ErrorCode;
import io.sommelier.api.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.TypeConverter;

/** Makes payloads of message bodies. Stateless. */
final class BodyBytes {
    private BodyBytes() {}

    /** Whether the bytes are in memory: {@link #payload} does not block then. */
    static boolean isAtHand(Object body) {
        return body == null
                || body instanceof byte[]
                || body instanceof String
                || body instanceof ByteBuffer
                || body instanceof Payload
                || body instanceof ByteArrayInputStream
                || body instanceof StreamCache cache && cache.inMemory();
    }

    /**
     * The bytes of a body; those of an input stream are taken from it, a stream cache starts anew.
     *
     * @param contentType tells the charset of a text, UTF-8 where it names none
     * @param most the most bytes
     * @throws io.sommelier.api.CommandException when there are more, or the body cannot be made bytes
     */
    static Payload payload(Exchange exchange, Object body, String contentType, int most) {
        if (body == null) {
            return Payload.empty();
        }
        if (body instanceof Payload payload) {
            check(payload.size(), most);
            return payload;
        }
        if (body instanceof ByteBuffer buffer) {
            check(buffer.remaining(), most);
            return Payload.copyOf(buffer.duplicate());
        }
        try {
            byte[] bytes = bytes(exchange, body, contentType, most);
            check(bytes.length, most);
            return Payload.copyOf(bytes);
        } catch (IOException | UncheckedIOException e) {
            throw Refusal.invalid("the body cannot be read: " + e.getMessage());
        }
    }

    private static byte[] bytes(Exchange exchange, Object body, String contentType, int most) throws IOException {
        if (body instanceof byte[] bytes) {
            return bytes;
        }
        if (body instanceof String text) {
            return text.getBytes(charset(contentType));
        }
        if (body instanceof StreamCache cache) {
            check(cache.length(), most);
            ByteArrayOutputStream gathered = new ByteArrayOutputStream();
            cache.reset();
            cache.writeTo(gathered);
            cache.reset();
            return gathered.toByteArray();
        }
        TypeConverter converter = exchange.getContext().getTypeConverter();
        InputStream in =
                body instanceof InputStream stream ? stream : converter.tryConvertTo(InputStream.class, exchange, body);
        if (in != null) {
            try (in) {
                return in.readNBytes(most + 1);
            }
        }
        byte[] bytes = converter.tryConvertTo(byte[].class, exchange, body);
        if (bytes == null) {
            throw Refusal.invalid("a body of " + body.getClass().getName() + " cannot be made bytes");
        }
        return bytes;
    }

    private static void check(long size, int most) {
        if (size > most) {
            throw Refusal.tooLarge(
                    ErrorCode.PAYLOAD_TOO_LARGE, "the body has more than " + most + " bytes, see maxBodyBytes");
        }
    }

    private static Charset charset(String contentType) {
        int at = contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = contentType
                .substring(at + "charset=".length())
                .split("[;\\s]", 2)[0]
                .replace("\"", "");
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw Refusal.invalid("the charset of content type " + contentType + " is not known");
        }
    }
}
