package io.sommelier.transport.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The members of one JSON object, which are taken out one by one, so that what is left is unknown. A payload in {@code json} stays the bytes that it came as. Confined to one
 * thread.
 */
final class JsonMessage {
    /** The length of a message is bounded before it is parsed, so that of its texts need not be. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final String RAW = "json";

    private final Map<String, Object> members = new LinkedHashMap<>();
    private final String type;

    private JsonMessage(byte[] text) throws JsonFaultException {
        decode(text);
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonFaultException("a message is a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                Object value = name.equals(RAW) ? raw(parser, text) : value(parser, name);
                if (members.put(name, value) != null) {
                    throw new JsonFaultException(name + " is there twice");
                }
            }
            if (parser.nextToken() != null) {
                throw new JsonFaultException("there is something behind the JSON object");
            }
        } catch (IOException e) {
            String where = e instanceof com.fasterxml.jackson.core.JsonProcessingException parsing
                    ? parsing.getOriginalMessage()
                    : e.getMessage();
            throw new JsonFaultException(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "this is no JSON: " + where);
        }
        type = text("type");
    }

    /** @throws JsonFaultException when the bytes are no JSON object in UTF-8, or it has no type */
    static JsonMessage parse(byte[] text) throws JsonFaultException {
        return new JsonMessage(text);
    }

    private static CharBuffer decode(byte[] text) throws JsonFaultException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new JsonFaultException(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "this is no UTF-8");
        }
    }

    private static byte[] raw(JsonParser parser, byte[] text) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        return Arrays.copyOfRange(text, from, (int) parser.currentLocation().getByteOffset());
    }

    private static Object value(JsonParser parser, String name) throws IOException, JsonFaultException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            case START_ARRAY -> {
                List<String> texts = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    texts.add(element(parser, name));
                }
                yield texts;
            }
            case START_OBJECT -> {
                Map<String, List<String>> pairs = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    List<String> values = pairs.computeIfAbsent(key, added -> new ArrayList<>());
                    if (parser.nextToken() == JsonToken.START_ARRAY) {
                        while (parser.nextToken() != JsonToken.END_ARRAY) {
                            values.add(element(parser, name));
                        }
                    } else {
                        values.add(element(parser, name));
                    }
                }
                yield pairs;
            }
            default -> throw new JsonFaultException(name + " is " + parser.getText() + "; leave out what is not there");
        };
    }

    private static String element(JsonParser parser, String name) throws IOException, JsonFaultException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new JsonFaultException(name + " has something in it that is no string");
        }
        return parser.getText();
    }

    String type() {
        return type;
    }

    private <T> T take(String name, Class<T> kind, String allowed) throws JsonFaultException {
        Object value = members.remove(name);
        if (value != null && !kind.isInstance(value)) {
            throw new JsonFaultException(name + " is not " + allowed);
        }
        return kind.cast(value);
    }

    /** A string that must be there. */
    String text(String name) throws JsonFaultException {
        String value = take(name, String.class, "a string");
        if (value == null) {
            throw new JsonFaultException(name + " is missing" + (type == null ? "" : " in " + type));
        }
        return value;
    }

    String text(String name, String otherwise) throws JsonFaultException {
        String value = take(name, String.class, "a string");
        return value == null ? otherwise : value;
    }

    boolean flag(String name) throws JsonFaultException {
        Boolean value = take(name, Boolean.class, "true or false");
        return value != null && value;
    }

    /** A whole number; {@code otherwise} where it is not there, below {@code least} where it must be. */
    long number(String name, long least, long most, long otherwise) throws JsonFaultException {
        return scaled(name, 0, least, most, otherwise);
    }

    /** A number with some decimals, as so many of its smallest part. */
    long scaled(String name, int decimals, long least, long most, long otherwise) throws JsonFaultException {
        BigDecimal value = take(name, BigDecimal.class, "a number");
        if (value == null) {
            if (otherwise < least) {
                throw new JsonFaultException(name + " is missing in " + type);
            }
            return otherwise;
        }
        // The scale of a number from outside may be a billion, and must not be worked off.
        if (value.precision() - value.scale() <= 19 && value.scale() <= 100) {
            BigDecimal scaled = value.movePointRight(decimals);
            if (scaled.stripTrailingZeros().scale() <= 0
                    && scaled.compareTo(BigDecimal.valueOf(least)) >= 0
                    && scaled.compareTo(BigDecimal.valueOf(most)) <= 0) {
                return scaled.longValueExact();
            }
        }
        throw new JsonFaultException(name + " is out of range, allowed are "
                + BigDecimal.valueOf(least, decimals).toPlainString() + " to "
                + BigDecimal.valueOf(most, decimals).toPlainString()
                + (decimals == 0 ? ", whole" : ", with " + decimals + " decimals"));
    }

    @SuppressWarnings("unchecked") // all lists are of strings
    List<String> texts(String name) throws JsonFaultException {
        List<String> value = take(name, List.class, "an array of strings");
        return value == null ? List.of() : value;
    }

    @SuppressWarnings("unchecked") // all objects are of lists of strings
    Map<String, List<String>> pairs(String name) throws JsonFaultException {
        Map<String, List<String>> value = take(name, Map.class, "an object of strings");
        return value == null ? Map.of() : value;
    }

    /** The payload, in whichever member it is; empty where there is none. */
    byte[] payload() throws JsonFaultException {
        byte[] json = take(RAW, byte[].class, "JSON");
        String text = text("text", null);
        String base64 = text("base64", null);
        if ((json == null ? 0 : 1) + (text == null ? 0 : 1) + (base64 == null ? 0 : 1) > 1) {
            throw new JsonFaultException("of text, json and base64 one may be there");
        }
        if (json != null) {
            return json;
        }
        if (text != null) {
            return utf8("text", text);
        }
        try {
            return base64 == null ? new byte[0] : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new JsonFaultException("base64 is none");
        }
    }

    /** The bytes of a text, which an escape may have left with half a character. */
    static byte[] utf8(String name, String text) throws JsonFaultException {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException e) {
            throw new JsonFaultException(name + " has half a character in it");
        }
    }

    /** Demands that nothing is left. */
    void end() throws JsonFaultException {
        if (!members.isEmpty()) {
            throw new JsonFaultException(members.keySet().iterator().next() + " is unknown in " + type);
        }
    }
}
