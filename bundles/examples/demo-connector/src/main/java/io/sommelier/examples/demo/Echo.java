package io.sommelier.examples.demo;

import io.sommelier.api.Command;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What a handler got, as JSON. */
final class Echo {
    private Echo() {}

    static Part of(Invocation invocation, String id) {
        return Part.complete(Payload.ofText(json(invocation, id)))
                .contentType("application/json")
                .build();
    }

    static String json(Invocation invocation, String id) {
        Command command = invocation.command();
        StringBuilder json = new StringBuilder("{\n");
        json.append("  \"operation\": ").append(quoted(command.operation())).append(",\n");
        json.append("  \"instance\": ").append(quoted(id)).append(",\n");
        json.append("  \"source\": ").append(quoted(invocation.source())).append(",\n");
        json.append("  \"attempt\": ").append(invocation.attempt()).append(",\n");
        json.append("  \"contentType\": ").append(quoted(command.contentType())).append(",\n");
        json.append("  \"headers\": ").append(headers(command.headers())).append(",\n");
        json.append("  \"size\": ").append(command.payload().size()).append(",\n");
        json.append("  ").append(body(command.payload().toBytes())).append("\n}\n");
        return json.toString();
    }

    private static String headers(Headers headers) {
        StringBuilder json = new StringBuilder("[");
        for (Headers.Header header : headers) {
            json.append(json.length() > 1 ? ", " : "")
                    .append("{\"name\": ")
                    .append(quoted(header.name()))
                    .append(", \"value\": ")
                    .append(quoted(header.value()))
                    .append('}');
        }
        return json.append(']').toString();
    }

    /** Bytes that are text as text, others in base 64. */
    private static String body(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return "\"text\": " + quoted(text);
        } catch (CharacterCodingException binary) {
            return "\"base64\": \"" + Base64.getEncoder().encodeToString(bytes) + "\"";
        }
    }

    /** A JSON string (RFC 8259 section 7). */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    // A surrogate without its other half is no character, so no encoding has bytes for it.
                    boolean isHalf = Character.isHighSurrogate(c)
                                    && (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1)))
                            || Character.isLowSurrogate(c)
                                    && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
                    if (c < ' ' || c == 0x7f || isHalf) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        return json.append('"').toString();
    }
}
