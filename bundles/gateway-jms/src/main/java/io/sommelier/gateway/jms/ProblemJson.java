package io.sommelier.gateway.jms;

import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** A failure as a JSON object (RFC 9457), with the members that the HTTP gateway has too. Stateless. */
final class ProblemJson {
    /** Its media type. */
    static final String TYPE = "application/problem+json";

    private ProblemJson() {}

    /**
     * Writes it.
     *
     * @param commandId the id of the command, or empty where none was made
     * @param part the FAILED part, where the worker sent one
     */
    static String of(CommandError error, String commandId, Optional<Part> part) {
        String words = error.code().name().replace('_', ' ').toLowerCase(Locale.ROOT);
        StringBuilder json = new StringBuilder("{");
        text(json, "type", "urn:sommelier:error:" + words.replace(' ', '-'));
        text(json, "title", Character.toUpperCase(words.charAt(0)) + words.substring(1));
        text(json, "detail", error.message());
        text(json, "code", error.code().name());
        text(json, "outcome", error.outcome().name());
        json.append(",\"retryable\":").append(error.retryable());
        text(json, "stage", error.stage().name());
        if (!commandId.isEmpty()) {
            text(json, "commandId", commandId);
        }
        part.filter(failed -> !failed.payload().isEmpty()).ifPresent(failed -> reply(json, failed));
        return json.append('}').toString();
    }

    private static void reply(StringBuilder json, Part failed) {
        StringBuilder reply = new StringBuilder("{");
        if (!failed.contentType().isEmpty()) {
            text(reply, "contentType", failed.contentType());
        }
        byte[] bytes = failed.payload().toBytes();
        Optional<String> asText = textOf(bytes);
        text(
                reply,
                asText.isPresent() ? "text" : "base64",
                asText.orElseGet(() -> Base64.getEncoder().encodeToString(bytes)));
        json.append(",\"reply\":").append(reply).append('}');
    }

    /** The bytes as a text, where they are one in UTF-8. */
    static Optional<String> textOf(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static void text(StringBuilder json, String name, String value) {
        json.append(json.length() > 1 ? "," : "").append('"').append(name).append("\":\"");
        for (char c : value.toCharArray()) {
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                default -> {
                    if (c < ' ' || Character.isSurrogate(c)) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
