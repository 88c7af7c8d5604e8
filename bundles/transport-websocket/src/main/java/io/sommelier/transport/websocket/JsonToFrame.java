package io.sommelier.transport.websocket;

import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** From a text message of a connector to the frame that says the same; {@code PROTOCOL.md} lists both. Names, ranges and states are left to the link. Confined to one thread. */
final class JsonToFrame {
    private static final long MOST_TTL_MICROS = 7L * 24 * 3600 * 1_000_000;
    private static final long U32 = 0xffff_ffffL;

    private final JsonMessage message;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    private int type;
    private int flags;
    private int stream;

    private JsonToFrame(JsonMessage message) {
        this.message = message;
    }

    /**
     * The frame; empty where the message is to be skipped.
     *
     * @throws JsonFaultException when the message is none of a connector
     */
    static byte[] frame(byte[] text) throws JsonFaultException {
        JsonMessage message = JsonMessage.parse(text);
        return message.type().startsWith("x-") ? new byte[0] : new JsonToFrame(message).frame();
    }

    private byte[] frame() throws JsonFaultException {
        switch (message.type()) {
            case "hello" -> hello();
            case "ping", "pong" -> {
                type = message.type().equals("ping") ? 0x04 : 0x05;
                u64(message.number("token", 0, Long.MAX_VALUE, 0));
                message.end();
            }
            case "operations" -> {
                type = 0x06;
                names("operations", message.texts("operations"));
                message.end();
            }
            case "drain" -> {
                type = 0x07;
                message.end();
            }
            case "goodbye" -> goodbye();
            case "command" -> command();
            case "admitted" -> {
                onStream(0x11);
                message.end();
            }
            case "accepted", "data", "complete", "failed" -> part();
            case "cancel" -> {
                onStream(0x16);
                text("reason", message.text("reason", ""));
                message.end();
            }
            case "credit" -> {
                onStream(0x17);
                u32(message.number("bytes", 1, Integer.MAX_VALUE, 0));
                message.end();
            }
            default -> throw new JsonFaultException("type " + message.type() + " is unknown");
        }
        return ByteBuffer.allocate(10 + body.size())
                .putInt(6 + body.size())
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(body.toByteArray())
                .array();
    }

    private void hello() throws JsonFaultException {
        type = 0x01;
        body.writeBytes("SOML".getBytes(StandardCharsets.US_ASCII));
        u8(message.number("lowest", 0, 255, 1));
        u8(message.number("highest", 0, 255, 1));
        u8(1);
        u32(16 << 20);
        u32(message.number("maxMessageBytes", 0, U32, 8 << 20));
        u32(message.number("maxHeaderBytes", 0, U32, 8 << 10));
        u32(message.number("maxStreams", 0, U32, 65_536));
        u32(message.number("heartbeatMillis", 0, U32, 10_000));
        name("instance", message.text("instance"));
        name("target", message.text("target", ""));
        u32(message.number("capacity", 0, U32, 256));
        name("resume", message.text("resume", ""));
        name("scheme", message.text("scheme", ""));
        text("secret", message.text("secret", ""));
        Map<String, List<String>> attributes = message.pairs("attributes");
        if (attributes.size() > 255) {
            throw new JsonFaultException("there are more than 255 attributes");
        }
        u8(attributes.size());
        for (Map.Entry<String, List<String>> attribute : attributes.entrySet()) {
            name("attributes", attribute.getKey());
            name("attributes", String.join(",", attribute.getValue()));
        }
        names("operations", message.texts("operations"));
    }

    private void goodbye() throws JsonFaultException {
        type = 0x08;
        String reason = message.text("reason", CloseReason.NORMAL.name());
        int number = 0;
        for (CloseReason known : CloseReason.values()) {
            number = known.name().equals(reason) ? known.number() : number;
        }
        u16(number);
        u8(message.flag("comeBack") ? 1 : 0);
        text("message", message.text("message", ""));
    }

    private void command() throws JsonFaultException {
        onStream(0x10);
        String id = message.text("id", "");
        id(id.isEmpty() ? CommandId.random() : idOf("id", id));
        u64(message.scaled("ttlMillis", 3, 0, MOST_TTL_MICROS, 30_000_000));
        u32(message.number("credit", 0, Integer.MAX_VALUE, CommandSender.INITIAL_CREDIT_BYTES));
        u8(message.number("hops", 0, 255, 0));
        name("operation", message.text("operation"));
        name("target", message.text("target"));
        name("instance", message.text("instance", ""));
        name("contentType", message.text("contentType", ""));
        flags |= message.flag("durable") ? 0x02 : 0;
        flags |= message.flag("idempotent") ? 0x04 : 0;
        String key = message.text("idempotencyKey", "");
        if (!key.isEmpty()) {
            flags |= 0x08;
            name("idempotencyKey", key);
        }
        String trace = message.text("traceparent", "");
        if (!trace.isEmpty()) {
            flags |= 0x10;
            name("traceparent", trace);
        }
        String replay = message.text("replayOf", "");
        if (!replay.isEmpty()) {
            flags |= 0x20;
            id(idOf("replayOf", replay));
        }
        headers();
        body.writeBytes(message.payload());
        message.end();
    }

    private void part() throws JsonFaultException {
        switch (message.type()) {
            case "accepted" -> onStream(0x12);
            case "data" -> {
                onStream(0x13);
                u64(message.number("sequence", 0, Long.MAX_VALUE, -1));
            }
            case "complete" -> {
                onStream(0x14);
                u64(message.number("count", 0, Long.MAX_VALUE, 0));
            }
            default -> {
                onStream(0x15);
                u64(message.number("count", 0, Long.MAX_VALUE, 0));
                error();
            }
        }
        String contentType = message.text("contentType", "");
        if (!contentType.isEmpty()) {
            flags |= 0x02;
            name("contentType", contentType);
        }
        long status = message.number("status", 0, 65_535, 0);
        if (status != 0) {
            flags |= 0x04;
            u16(status);
        }
        headers();
        if (type != 0x12) {
            body.writeBytes(message.payload());
        }
        message.end();
    }

    private void error() throws JsonFaultException {
        u16(numberOf("code", ErrorCode.class, ErrorCode.HANDLER_FAILED, ErrorCode.UNRECOGNIZED)
                .number());
        u8(numberOf("outcome", Outcome.class, Outcome.EXECUTED, Outcome.UNKNOWN).number());
        u8(numberOf("stage", Stage.class, Stage.EXECUTION, Stage.REPLY_WAIT).number());
        text("message", message.text("message", ""));
        flags |= message.flag("retryable") ? 0x08 : 0;
    }

    private <E extends Enum<E>> E numberOf(String name, Class<E> all, E otherwise, E unknown)
            throws JsonFaultException {
        String text = message.text(name, otherwise.name());
        for (E known : all.getEnumConstants()) {
            if (known.name().equals(text)) {
                return known;
            }
        }
        return unknown;
    }

    private void headers() throws JsonFaultException {
        Map<String, List<String>> pairs = message.pairs("headers");
        if (pairs.isEmpty()) {
            return;
        }
        flags |= 0x40;
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (Map.Entry<String, List<String>> pair : pairs.entrySet()) {
            byte[] name = JsonMessage.utf8("headers", pair.getKey());
            for (String text : pair.getValue()) {
                byte[] value = JsonMessage.utf8("headers", text);
                if (name.length > 255 || value.length > 65_535) {
                    throw new JsonFaultException("headers has a name above 255 bytes, or a value above 65535");
                }
                block.write(name.length);
                block.writeBytes(name);
                block.write(value.length >> 8);
                block.write(value.length);
                block.writeBytes(value);
            }
        }
        if (block.size() > 65_535) {
            throw new JsonFaultException("headers is larger than 65535 bytes");
        }
        u16(block.size());
        body.writeBytes(block.toByteArray());
    }

    // --- fields -----------------------------------------------------------------------------------------------

    private void onStream(int frameType) throws JsonFaultException {
        type = frameType;
        stream = (int) message.number("stream", 1, U32, 0);
    }

    private static CommandId idOf(String name, String text) throws JsonFaultException {
        try {
            return CommandId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new JsonFaultException(name + " is no UUID");
        }
    }

    private void id(CommandId id) {
        u64(id.high());
        u64(id.low());
    }

    private void names(String member, List<String> names) throws JsonFaultException {
        if (names.size() > 65_535) {
            throw new JsonFaultException(member + " has more than 65535 names");
        }
        u16(names.size());
        for (String name : names) {
            name(member, name);
        }
    }

    private void name(String member, String text) throws JsonFaultException {
        if (text.length() > 255 || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new JsonFaultException(member + " is not at most 255 printable characters of ASCII");
        }
        u8(text.length());
        body.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String member, String text) throws JsonFaultException {
        byte[] bytes = JsonMessage.utf8(member, text);
        if (bytes.length > 65_535) {
            throw new JsonFaultException(member + " has more than 65535 bytes");
        }
        u16(bytes.length);
        body.writeBytes(bytes);
    }

    private void u8(long value) {
        body.write((int) value);
    }

    private void u16(long value) {
        u8(value >> 8);
        u8(value);
    }

    private void u32(long value) {
        u16(value >> 16);
        u16(value);
    }

    private void u64(long value) {
        u32(value >> 32);
        u32(value);
    }
}
