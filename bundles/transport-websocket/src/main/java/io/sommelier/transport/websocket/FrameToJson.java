package io.sommelier.transport.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From a frame of the controller to the text message that says the same; {@code PROTOCOL.md} lists both. Confined to one thread. */
final class FrameToJson {
    private final ByteBuffer frame;
    private final JsonGenerator json;
    private final int flags;

    private FrameToJson(ByteBuffer frame, int flags, JsonGenerator json) {
        this.frame = frame;
        this.flags = flags;
        this.json = json;
    }

    /** The text of a frame, whose length is read already: a type, and what follows. */
    static byte[] text(int type, int flags, int stream, ByteBuffer body) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(256 + body.remaining());
        try (JsonGenerator json = JsonMessage.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            FrameToJson reading = new FrameToJson(body, flags, json);
            if (stream == 0) {
                reading.ofLink(type);
            } else {
                reading.ofStream(type, Integer.toUnsignedLong(stream));
            }
            json.writeEndObject();
        } catch (IOException never) {
            throw new IllegalStateException(never); // it goes to memory
        }
        return text.toByteArray();
    }

    private void ofLink(int type) throws IOException {
        switch (type) {
            case 0x02 -> {
                json.writeStringField("type", "welcome");
                json.writeNumberField("version", u8());
                u32(); // frames are of no concern here
                json.writeNumberField("maxMessageBytes", u32());
                json.writeNumberField("maxHeaderBytes", u32());
                json.writeNumberField("maxStreams", u32());
                json.writeNumberField("heartbeatMillis", u32());
                json.writeStringField("controller", name());
                optional("target", name());
                json.writeStringField("resume", name());
            }
            case 0x03, 0x08 -> {
                json.writeStringField("type", type == 0x03 ? "refused" : "goodbye");
                json.writeStringField("reason", CloseReason.ofNumber(u16()).name());
                json.writeBooleanField("comeBack", u8() == 1);
                json.writeStringField("message", text());
            }
            case 0x05 -> {
                json.writeStringField("type", "pong");
                json.writeNumberField("token", frame.getLong());
            }
            case 0x07 -> json.writeStringField("type", "drain");
            default -> throw new IllegalStateException("a frame of type " + type + " has no text");
        }
    }

    private void ofStream(int type, long stream) throws IOException {
        String name = switch (type) {
            case 0x10 -> "command";
            case 0x11 -> "admitted";
            case 0x12 -> "accepted";
            case 0x13 -> "data";
            case 0x14 -> "complete";
            case 0x15 -> "failed";
            case 0x16 -> "cancel";
            case 0x17 -> "credit";
            default -> throw new IllegalStateException("a frame of type " + type + " has no text");
        };
        json.writeStringField("type", name);
        json.writeNumberField("stream", stream);
        switch (type) {
            case 0x10 -> command();
            case 0x12, 0x13, 0x14, 0x15 -> part(type);
            case 0x16 -> optional("reason", text());
            case 0x17 -> json.writeNumberField("bytes", u32());
            default -> {} // admitted has nothing more
        }
    }

    private void command() throws IOException {
        json.writeStringField("id", id());
        json.writeFieldName("ttlMillis");
        BigDecimal millis = BigDecimal.valueOf(frame.getLong(), 3).stripTrailingZeros();
        json.writeNumber(millis.toPlainString());
        json.writeNumberField("credit", u32());
        number("hops", u8());
        json.writeStringField("operation", name());
        json.writeStringField("target", name());
        optional("instance", name());
        String contentType = name();
        optional("contentType", contentType);
        flag("durable", 0x02);
        flag("idempotent", 0x04);
        if (has(0x08)) {
            json.writeStringField("idempotencyKey", name());
        }
        if (has(0x10)) {
            json.writeStringField("traceparent", name());
        }
        if (has(0x20)) {
            json.writeStringField("replayOf", id());
        }
        if (has(0x80)) {
            optional("source", name());
            optional("principal", text());
            json.writeNumberField("attempt", u32());
        }
        headers();
        payload(contentType);
    }

    private void part(int type) throws IOException {
        if (type == 0x13) {
            json.writeNumberField("sequence", frame.getLong());
        } else if (type != 0x12) {
            json.writeNumberField("count", frame.getLong());
        }
        if (type == 0x15) {
            json.writeStringField("code", ErrorCode.ofNumber(u16()).name());
            json.writeStringField("outcome", Outcome.ofNumber(u8()).name());
            json.writeStringField("stage", Stage.ofNumber(u8()).name());
            json.writeBooleanField("retryable", has(0x08));
            json.writeStringField("message", text());
        }
        String contentType = has(0x02) ? name() : "";
        optional("contentType", contentType);
        if (has(0x04)) {
            json.writeNumberField("status", u16());
        }
        headers();
        payload(contentType);
    }

    private void headers() throws IOException {
        if (!has(0x40)) {
            return;
        }
        int end = u16();
        end += frame.position();
        Map<String, List<String>> pairs = new LinkedHashMap<>();
        while (frame.position() < end) {
            pairs.computeIfAbsent(name(), added -> new ArrayList<>()).add(text());
        }
        json.writeObjectFieldStart("headers");
        for (Map.Entry<String, List<String>> pair : pairs.entrySet()) {
            List<String> values = pair.getValue();
            if (values.size() == 1) {
                json.writeStringField(pair.getKey(), values.get(0));
            } else {
                json.writeFieldName(pair.getKey());
                json.writeArray(values.toArray(String[]::new), 0, values.size());
            }
        }
        json.writeEndObject();
    }

    /** The rest: as JSON where it says that it is and is, else as text where that is not much longer, else in base 64. */
    private void payload(String contentType) throws IOException {
        if (has(0x01)) {
            throw new IllegalStateException("a message in pieces has no text");
        }
        if (!frame.hasRemaining()) {
            return;
        }
        String text = isText(frame) ? decoded(frame) : null;
        if (text == null) {
            json.writeFieldName("base64");
            byte[] bytes = new byte[frame.remaining()];
            frame.get(bytes);
            json.writeBinary(bytes);
        } else if (isJson(contentType) && isWellFormed(text)) {
            json.writeFieldName("json");
            json.writeRawValue(text);
        } else {
            json.writeStringField("text", text);
        }
    }

    /** Whether it has no control characters but those of text: in JSON each of the others is six times as long. */
    private static boolean isText(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            byte one = bytes.get(i);
            if (one >= 0 && one < ' ' && one != '\t' && one != '\n' && one != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Its text; {@code null} where it is no UTF-8. */
    private static String decoded(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }

    private static boolean isJson(String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        int parameters = type.indexOf(';');
        type = (parameters < 0 ? type : type.substring(0, parameters)).strip();
        return type.equals("application/json") || type.endsWith("+json");
    }

    /** Whether it is one JSON value. */
    private static boolean isWellFormed(String text) {
        try (JsonParser parser = JsonMessage.FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException malformed) {
            return false;
        }
    }

    // --- fields -----------------------------------------------------------------------------------------------

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private void flag(String name, int flag) throws IOException {
        if (has(flag)) {
            json.writeBooleanField(name, true);
        }
    }

    private void number(String name, long value) throws IOException {
        if (value != 0) {
            json.writeNumberField(name, value);
        }
    }

    private void optional(String name, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    private String id() {
        return new CommandId(frame.getLong(), frame.getLong()).toString();
    }

    private String name() {
        return string(u8());
    }

    private String text() {
        return string(u16());
    }

    private String string(int size) {
        byte[] bytes = new byte[size];
        frame.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int u8() {
        return frame.get() & 0xff;
    }

    private int u16() {
        return frame.getShort() & 0xffff;
    }

    private long u32() {
        return frame.getInt() & 0xffff_ffffL;
    }
}
