package io.sommelier.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The JSON form of frames. Thread-safe. */
final class JsonForm {
    /** As large as a frame may be: messages are not cut. */
    private static final long LARGEST_FRAME = 16 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> REASONS = List.of(
            "OTHER",
            "NORMAL",
            "SHUTDOWN",
            "LOST",
            "HEARTBEAT_TIMEOUT",
            "HELLO_TIMEOUT",
            "PROTOCOL_ERROR",
            "VERSION_MISMATCH",
            "UNAUTHENTICATED",
            "FORBIDDEN",
            "DUPLICATE_INSTANCE",
            "TAKEN_OVER",
            "OVERLOADED",
            "BAD_HELLO");

    private static final List<String> OUTCOMES =
            List.of("", "NOT_SENT", "REFUSED", "EXECUTED", "REPLY_LOST", "UNKNOWN");

    private static final List<String> STAGES = List.of(
            "",
            "INGRESS",
            "PIPELINE",
            "ROUTING",
            "SEND_QUEUE",
            "MAILBOX",
            "HOLD",
            "MEMBER_QUEUE",
            "EXECUTION",
            "REPLY_WAIT",
            "STREAM",
            "RETURN");

    /** Those that a rule asks for. */
    private static final Map<String, Integer> CODES = Map.of(
            "INVALID_COMMAND", Terminal.INVALID_COMMAND,
            "PAYLOAD_TOO_LARGE", Terminal.PAYLOAD_TOO_LARGE,
            "UNKNOWN_OPERATION", Terminal.UNKNOWN_OPERATION,
            "HANDLER_FAILED", 400);

    private static final Map<Integer, Set<String>> MEMBERS = Map.of(
            Frame.ACCEPTED, Set.of("contentType", "status", "headers"),
            Frame.DATA, Set.of("sequence", "contentType", "status", "headers", "text", "json", "base64"),
            Frame.COMPLETE, Set.of("count", "contentType", "status", "headers", "text", "json", "base64"),
            Frame.FAILED,
                    Set.of(
                            "count",
                            "code",
                            "outcome",
                            "stage",
                            "retryable",
                            "message",
                            "contentType",
                            "status",
                            "headers",
                            "text",
                            "json",
                            "base64"),
            Frame.CREDIT, Set.of("bytes"),
            Frame.CANCEL, Set.of("reason"));

    private JsonForm() {}

    // --- To the connector ---------------------------------------------------------------------------------

    /**
     * A frame as text.
     *
     * @throws NotChecked when it has no JSON form
     */
    static String text(Frame frame) {
        try {
            return write(frame);
        } catch (Broken ownFrame) {
            throw new NotChecked("it is a rule of frames, and this one has no JSON form: " + ownFrame.getMessage());
        }
    }

    private static String write(Frame frame) {
        ObjectNode message = JSON.createObjectNode();
        Fields fields = new Fields(frame);
        if (frame.type() >= Frame.FIRST_IGNORABLE) {
            return message.put("type", "x-%02x".formatted(frame.type()))
                    .put("bytes", frame.body().length)
                    .toString();
        }
        if (frame.type() != Frame.COMMAND && frame.flags() != 0 || frame.has(Draft.MORE)) {
            throw new Broken("flags 0x%02x".formatted(frame.flags()));
        }
        if (frame.type() < Frame.COMMAND && frame.stream() != 0) {
            throw new Broken("a stream in " + frame.name());
        }
        switch (frame.type()) {
            case Frame.WELCOME -> welcome(message.put("type", "welcome"), fields);
            case Frame.REFUSED -> goodbye(message.put("type", "refused"), fields);
            case Frame.GOODBYE -> goodbye(message.put("type", "goodbye"), fields);
            case Frame.PING -> message.put("type", "ping").put("token", fields.u64("token"));
            case Frame.PONG -> message.put("type", "pong").put("token", fields.u64("token"));
            case Frame.DRAIN -> message.put("type", "drain");
            case Frame.COMMAND -> command(message.put("type", "command"), frame, fields);
            case Frame.CREDIT ->
                message.put("type", "credit").put("stream", stream(frame)).put("bytes", fields.u32("credit"));
            case Frame.CANCEL ->
                message.put("type", "cancel").put("stream", stream(frame)).put("reason", fields.text("reason"));
            case Frame.COMPLETE -> message.put("type", "complete").put("stream", stream(frame));
            case Frame.FAILED ->
                message.put("type", "failed")
                        .put("stream", stream(frame))
                        .put("code", "UNKNOWN_TARGET")
                        .put("outcome", "NOT_SENT")
                        .put("stage", "ROUTING");
            default -> throw new Broken(frame.name() + " in this direction");
        }
        if (frame.type() == Frame.PING || frame.type() == Frame.PONG) {
            fields.end();
        }
        return message.toString();
    }

    private static long stream(Frame frame) {
        return Integer.toUnsignedLong(frame.stream());
    }

    private static void welcome(ObjectNode message, Fields fields) {
        message.put("version", fields.u8("version"));
        fields.u32("largest frame");
        for (String limit : List.of("maxMessageBytes", "maxHeaderBytes", "maxStreams", "heartbeatMillis")) {
            message.put(limit, fields.u32(limit));
        }
        message.put("controller", fields.name("controller"));
        message.put("target", fields.anyName("target")).put("resume", fields.label("resume token"));
        if (fields.rest().hasRemaining()) {
            message.put("later", "a member that comes with a later version");
        }
    }

    private static void goodbye(ObjectNode message, Fields fields) {
        message.put("reason", REASONS.get(fields.u16("reason")));
        message.put("comeBack", fields.u8("come back") == 1).put("message", fields.text("message"));
        if (fields.rest().hasRemaining()) {
            message.put("later", "a member that comes with a later version");
        }
    }

    private static void command(ObjectNode message, Frame frame, Fields fields) {
        message.put("stream", stream(frame));
        message.put("id", new UUID(fields.u64("id"), fields.u64("id")).toString());
        message.put("ttlMillis", fields.u64("time to live") / 1000.0);
        message.put("credit", fields.u32("credit")).put("hops", fields.u8("hops"));
        message.put("operation", fields.label("operation")).put("target", fields.anyName("target"));
        name(message, "instance", fields.anyName("instance"));
        name(message, "contentType", fields.label("content type"));
        flag(message, "durable", frame.has(0x02));
        flag(message, "idempotent", frame.has(0x04));
        if (frame.has(0x08)) {
            message.put("idempotencyKey", fields.label("key"));
        }
        if (frame.has(0x10)) {
            message.put("traceparent", fields.label("trace"));
        }
        if (frame.has(0x20)) {
            message.put("replayOf", new UUID(fields.u64("replay"), fields.u64("replay")).toString());
        }
        name(message, "source", fields.anyName("source"));
        name(message, "principal", fields.text("principal"));
        message.put("attempt", fields.u32("attempt"));
        if (frame.has(0x40)) {
            headers(message.putObject("headers"), fields.headers(65_535));
        }
        payload(message, fields.rest());
    }

    private static void name(ObjectNode message, String member, String value) {
        if (!value.isEmpty()) {
            message.put(member, value);
        }
    }

    private static void flag(ObjectNode message, String member, boolean isSet) {
        if (isSet) {
            message.put(member, true);
        }
    }

    private static void headers(ObjectNode headers, List<String> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            JsonNode before = headers.get(pairs.get(i));
            if (before == null) {
                headers.put(pairs.get(i), pairs.get(i + 1));
            } else if (before instanceof ArrayNode values) {
                values.add(pairs.get(i + 1));
            } else {
                headers.putArray(pairs.get(i)).add(before).add(pairs.get(i + 1));
            }
        }
    }

    private static void payload(ObjectNode message, ByteBuffer payload) {
        if (!payload.hasRemaining()) {
            return;
        }
        try {
            message.put(
                    "text",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(payload.duplicate())
                            .toString());
        } catch (CharacterCodingException binary) {
            message.put(
                    "base64",
                    Base64.getEncoder().encodeToString(new Bytes().raw(payload).toArray()));
        }
    }

    // --- From the connector -------------------------------------------------------------------------------

    /**
     * A text as frame.
     *
     * @throws Broken when it is none
     */
    static Frame frame(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new Broken("a message is no JSON: " + e.getOriginalMessage());
        }
        if (!message.isObject()) {
            throw new Broken("a message is no JSON object: " + text);
        }
        String type = string(message, "type", null);
        return switch (type) {
            case "hello" -> hello(message);
            case "goodbye" -> Frame.of(Frame.GOODBYE, goodbye(message));
            case "ping" -> Frame.ping(number(message, "token", 0L));
            case "pong" -> Frame.of(Frame.PONG, new Bytes().u64(number(message, "token", 0L)));
            case "drain" -> Frame.of(Frame.DRAIN, new Bytes());
            case "operations" -> Frame.of(Frame.OPERATIONS, operations(new Bytes(), message));
            case "command" -> ofStream(Frame.COMMAND, 0, message, new Bytes());
            case "accepted" -> reply(Frame.ACCEPTED, message, new Bytes());
            case "data" -> reply(Frame.DATA, message, new Bytes().u64(number(message, "sequence", null)));
            case "complete" -> reply(Frame.COMPLETE, message, new Bytes().u64(number(message, "count", 0L)));
            case "failed" -> failed(message);
            case "credit" ->
                known(
                        Frame.CREDIT,
                        message,
                        ofStream(Frame.CREDIT, 0, message, new Bytes().u32(number(message, "bytes", null))));
            case "cancel" ->
                known(
                        Frame.CANCEL,
                        message,
                        ofStream(Frame.CANCEL, 0, message, new Bytes().text(string(message, "reason", ""))));
            default -> {
                if (!type.startsWith("x-")) {
                    throw new Broken("a connector does not send a message of type '" + type + "'");
                }
                yield new Frame(Frame.FIRST_IGNORABLE, 0, 0, new byte[0]);
            }
        };
    }

    private static Frame hello(JsonNode message) {
        Bytes hello = new Bytes().raw("SOML".getBytes(StandardCharsets.US_ASCII));
        hello.u8((int) number(message, "lowest", 1L))
                .u8((int) number(message, "highest", 1L))
                .u8(1);
        hello.u32(LARGEST_FRAME)
                .u32(number(message, "maxMessageBytes", 8L << 20))
                .u32(number(message, "maxHeaderBytes", 8L << 10))
                .u32(number(message, "maxStreams", 65_536L))
                .u32(number(message, "heartbeatMillis", 10_000L));
        hello.name(string(message, "instance", null)).name(string(message, "target", ""));
        hello.u32(number(message, "capacity", 256L)).name(string(message, "resume", ""));
        byte[] secret = string(message, "secret", "").getBytes(StandardCharsets.UTF_8);
        hello.name(string(message, "scheme", "")).u16(secret.length).raw(secret);
        JsonNode attributes = message.path("attributes");
        hello.u8(attributes.size());
        for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
            hello.name(attribute.getKey()).name(attribute.getValue().asText());
        }
        return Frame.of(Frame.HELLO, operations(hello, message));
    }

    private static Bytes operations(Bytes to, JsonNode message) {
        JsonNode operations = message.path("operations");
        to.u16(operations.size());
        operations.forEach(operation -> to.name(operation.asText()));
        return to;
    }

    private static Bytes goodbye(JsonNode message) {
        int reason = Math.max(0, REASONS.indexOf(string(message, "reason", "NORMAL")));
        boolean comesBack = message.path("comeBack").asBoolean(false);
        return new Bytes().u16(reason).u8(comesBack ? 1 : 0).text(string(message, "message", ""));
    }

    private static Frame failed(JsonNode message) {
        Bytes body = new Bytes().u64(number(message, "count", 0L));
        body.u16(CODES.getOrDefault(string(message, "code", "HANDLER_FAILED"), 0));
        body.u8(OUTCOMES.indexOf(string(message, "outcome", "EXECUTED")));
        body.u8(STAGES.indexOf(string(message, "stage", "EXECUTION")));
        return reply(Frame.FAILED, message, body.text(string(message, "message", "")));
    }

    private static Frame reply(int type, JsonNode message, Bytes body) {
        int flags = 0;
        if (message.has("contentType")) {
            flags |= 0x02;
            body.name(string(message, "contentType", null));
        }
        if (message.has("status")) {
            flags |= 0x04;
            body.u16((int) number(message, "status", null));
        }
        if (message.has("headers")) {
            flags |= 0x40;
            Bytes block = new Bytes();
            message.get("headers").properties().forEach(header -> {
                JsonNode values = header.getValue();
                (values.isArray() ? values : List.of(values))
                        .forEach(value -> block.name(header.getKey()).text(value.asText()));
            });
            byte[] bytes = block.toArray();
            body.u16(bytes.length).raw(bytes);
        }
        return known(type, message, ofStream(type, flags, message, body.raw(payload(message))));
    }

    private static byte[] payload(JsonNode message) {
        long forms =
                List.of("text", "json", "base64").stream().filter(message::has).count();
        if (forms > 1) {
            throw new Broken("a message has its payload in " + forms + " members, allowed is one: " + message);
        }
        if (message.has("base64")) {
            try {
                return Base64.getDecoder().decode(string(message, "base64", null));
            } catch (IllegalArgumentException e) {
                throw new Broken("base64 of a message is none: " + e.getMessage());
            }
        }
        String text = message.has("json") ? message.get("json").toString() : string(message, "text", "");
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Frame ofStream(int type, int flags, JsonNode message, Bytes body) {
        return new Frame(type, flags, (int) number(message, "stream", null), body.toArray());
    }

    private static Frame known(int type, JsonNode message, Frame frame) {
        Set<String> members = new HashSet<>();
        message.fieldNames().forEachRemaining(members::add);
        members.removeAll(MEMBERS.get(type));
        members.removeAll(Set.of("type", "stream"));
        if (!members.isEmpty()) {
            throw new Broken("a message of type '%s' has members that it may not have: %s"
                    .formatted(message.get("type").asText(), members));
        }
        return frame;
    }

    private static String string(JsonNode message, String member, String otherwise) {
        JsonNode value = message.get(member);
        if (value == null && otherwise != null) {
            return otherwise;
        }
        if (value == null || !value.isTextual()) {
            throw new Broken("%s of a message is %s, a text has to be there: %s".formatted(member, value, message));
        }
        return value.textValue();
    }

    private static long number(JsonNode message, String member, Long otherwise) {
        JsonNode value = message.get(member);
        if (value == null && otherwise != null) {
            return otherwise;
        }
        if (value == null || !value.isIntegralNumber() || value.longValue() < 0) {
            throw new Broken(
                    "%s of a message is %s, a whole number has to be there: %s".formatted(member, value, message));
        }
        return value.longValue();
    }
}
