package io.sommelier.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** A small connector with the JSON form, written from sections 12 and 13 of PROTOCOL.md alone; it keeps the rules that are of that form, but for the faults that it is given. */
final class PlainJsonConnector implements Subject {
    /** A rule that it breaks. */
    enum Fault {
        SAYS_BINARY,
        PONGS_NOT,
        PONGS_ANYTHING,
        FORGETS_FRAGMENTS,
        WANTS_ITS_ORDER,
        CUTS_CHARACTERS,
        TAKES_TEXT_ALONE,
        TAKES_NO_BASE64,
        LEAVES_A_CLOSE_OPEN,
        STAYS_AWAY_WHEN_CLOSED,
        CLOSES_WITHOUT_CODE,
        TOLERATES_NO_JSON,
        TOLERATES_ARRAYS,
        TOLERATES_TYPES,
        TOLERATES_MISSING,
        TOLERATES_KINDS,
        TOLERATES_BINARY
    }

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final byte[] MASK = {1, 2, 3, 4};
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;

    private final Set<Fault> faults;
    private Thread thread;
    private volatile boolean isStopped;
    private volatile Conversation open;

    PlainJsonConnector(Fault... faults) {
        this.faults = Set.of(faults);
    }

    private boolean has(Fault fault) {
        return faults.contains(fault);
    }

    // --- Its life -----------------------------------------------------------------------------------------

    @Override
    public void start(Listener.Transport transport, int port) {
        stop();
        isStopped = false;
        thread = new Thread(() -> live(port), "plain-json-connector");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public Optional<String> ended() {
        return Optional.empty();
    }

    @Override
    public void askToEnd() {
        isStopped = true;
        try {
            open.say("{\"type\":\"goodbye\"}");
            open.write(CLOSE, has(Fault.CLOSES_WITHOUT_CODE) ? new byte[0] : code(NORMAL));
        } catch (IOException gone) {
            open.close();
        }
    }

    @Override
    public void stop() {
        isStopped = true;
        if (thread == null) {
            return;
        }
        Conversation now = open;
        if (now != null) {
            now.close();
        }
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live(int port) {
        while (!isStopped) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open = new Conversation(socket);
                if (!open.run()) {
                    return;
                }
            } catch (IOException lost) {
                // it comes back
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static byte[] code(int code) {
        return ByteBuffer.allocate(2).putShort((short) code).array();
    }

    /** The connector has seen what may not be. */
    private static final class Violation extends Exception {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what);
        }
    }

    // --- One connection -----------------------------------------------------------------------------------

    private final class Conversation {
        private final Socket socket;
        private final DataInputStream in;
        private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        private boolean comesBack = true;

        Conversation(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        }

        void close() {
            try {
                socket.close();
            } catch (IOException ignored) {
                // closed all the same
            }
        }

        /** Until it ends; whether to come back. */
        boolean run() throws IOException {
            socket.getOutputStream()
                    .write(
                            ("GET /sommelier HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                            + "Sec-WebSocket-Protocol: sommelier.json.v1\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                answer.append((char) in.readUnsignedByte());
            }
            String hello = "{\"type\":\"hello\",\"instance\":\"plain-json\",\"target\":\"conformance\","
                    + "\"operations\":[\"pour\",\"slow\"]}";
            write(has(Fault.SAYS_BINARY) ? BINARY : TEXT, hello.getBytes(StandardCharsets.UTF_8));
            try {
                while (next()) {
                    // the next
                }
                return comesBack;
            } catch (Violation violation) {
                say(JSON.createObjectNode()
                        .put("type", "goodbye")
                        .put("reason", "PROTOCOL_ERROR")
                        .put("comeBack", true)
                        .put("message", violation.getMessage())
                        .toString());
                write(CLOSE, code(PROTOCOL_ERROR));
                in.readAllBytes();
                return true;
            }
        }

        void say(String text) throws IOException {
            write(TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        synchronized void write(int opcode, byte[] payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) (0x80 | opcode));
            if (payload.length < 126) {
                frame.put((byte) (0x80 | payload.length));
            } else if (payload.length < 65_536) {
                frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
            } else {
                frame.put((byte) (0x80 | 127)).putLong(payload.length);
            }
            frame.put(MASK);
            for (int i = 0; i < payload.length; i++) {
                frame.put((byte) (payload[i] ^ MASK[i & 3]));
            }
            socket.getOutputStream().write(frame.array(), 0, frame.position());
        }

        /** Reads a frame; whether the connection goes on. */
        private boolean next() throws IOException, Violation {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            byte[] payload = in.readNBytes(
                    length == 127 ? (int) in.readLong() : length == 126 ? in.readUnsignedShort() : length);
            switch (first & 0x0f) {
                case CLOSE -> {
                    if (has(Fault.LEAVES_A_CLOSE_OPEN)) {
                        close();
                        return false;
                    }
                    write(CLOSE, payload);
                    comesBack &= !has(Fault.STAYS_AWAY_WHEN_CLOSED);
                    return false;
                }
                case PING -> {
                    if (!has(Fault.PONGS_NOT)) {
                        write(PONG, has(Fault.PONGS_ANYTHING) ? new byte[4] : payload);
                    }
                    return true;
                }
                case PONG -> {
                    return true;
                }
                case BINARY -> {
                    if (has(Fault.TOLERATES_BINARY)) {
                        return true;
                    }
                    throw new Violation("a binary message");
                }
                default -> {
                    if (has(Fault.FORGETS_FRAGMENTS)) {
                        pieces.reset();
                    }
                    pieces.writeBytes(payload);
                    if ((first & 0x80) == 0) {
                        return true;
                    }
                    String text = pieces.toString(StandardCharsets.UTF_8);
                    pieces.reset();
                    return said(text);
                }
            }
        }

        private boolean said(String text) throws IOException, Violation {
            JsonNode message;
            try {
                message = JSON.readTree(text);
            } catch (JsonProcessingException e) {
                return tolerated(Fault.TOLERATES_NO_JSON, "no JSON");
            }
            if (!message.isObject()) {
                return tolerated(Fault.TOLERATES_ARRAYS, "no object");
            }
            if (has(Fault.WANTS_ITS_ORDER) && !text.startsWith("{\"type\":")) {
                throw new Violation("no type");
            }
            String type = message.path("type").asText();
            switch (type) {
                case "ping" -> say("{\"type\":\"pong\",\"token\":" + message.path("token") + "}");
                case "command" -> {
                    if (!message.has("stream")) {
                        return tolerated(Fault.TOLERATES_MISSING, "no stream");
                    }
                    if (!message.get("stream").isIntegralNumber()) {
                        return tolerated(Fault.TOLERATES_KINDS, "a stream that is no number");
                    }
                    command(message);
                }
                case "goodbye", "refused" -> {
                    comesBack = message.path("comeBack").asBoolean();
                    write(CLOSE, code(NORMAL));
                }
                case "welcome", "pong", "drain", "credit", "cancel" -> {}
                default -> {
                    return type.startsWith("x-") || tolerated(Fault.TOLERATES_TYPES, "type " + type);
                }
            }
            return true;
        }

        private boolean tolerated(Fault fault, String what) throws Violation {
            if (!has(fault)) {
                throw new Violation(what);
            }
            return true;
        }

        private void command(JsonNode message) throws IOException {
            ObjectNode end = JSON.createObjectNode();
            String payload = payload(message);
            boolean isPoured = message.path("operation").asText().equals("pour");
            if (isPoured || payload.contains("millis")) {
                end.put("type", "complete").put("stream", message.path("stream").asLong());
                end.put("text", payload);
            } else {
                end.put("type", "failed").put("stream", message.path("stream").asLong());
            }
            String text = end.toString();
            say(has(Fault.CUTS_CHARACTERS) ? text.replaceAll("[^\\u0000-\\uffff]", "?") : text);
        }

        private String payload(JsonNode message) {
            if (message.has("json") && !has(Fault.TAKES_TEXT_ALONE)) {
                return message.get("json").toString();
            }
            if (message.has("base64") && !has(Fault.TAKES_NO_BASE64)) {
                return new String(
                        Base64.getDecoder().decode(message.get("base64").asText()), StandardCharsets.UTF_8);
            }
            return message.path("text").asText();
        }
    }
}
