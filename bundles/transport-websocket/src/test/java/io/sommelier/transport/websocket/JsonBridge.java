package io.sommelier.transport.websocket;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandId;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes a connector with the JSON form of one that speaks frames over TCP: dialled by it, it dials a WebSocket with {@code sommelier.json.v1}, and says in messages there what the
 * connector says in frames, and back. So all promises of the connector's link are those of a peer that speaks JSON. Thread-safe.
 *
 * <p>The connector has to take frames of 16 MiB. What the transport itself can translate is translated by it, in the other direction: {@code vectors-json.txt} says which bytes
 * those must be.
 */
final class JsonBridge implements AutoCloseable {
    private static final String SUBPROTOCOL = "sommelier.json.v1";
    private static final int MAX_FRAME_BYTES = 16 << 20;
    private static final int MAX_PIECE_BYTES = 64 * 1024;
    private static final int MORE = 0x01;
    private static final int HELLO = 0x01;
    private static final int OPERATIONS = 0x06;
    private static final int CONTINUATION = 0x18;
    private static final int CANCEL = 0x16;
    private static final int CREDIT = 0x17;
    /** Behind the id and the time to live. */
    private static final int CREDIT_OFFSET = 24;

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Callable<Socket> dial;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** @param dial connects to where the WebSocket is */
    JsonBridge(Callable<Socket> dial) throws IOException {
        this.dial = dial;
        start(this::accept);
    }

    int localPort() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (true) {
            Socket near;
            try {
                near = listening.accept();
            } catch (IOException closed) {
                return;
            }
            sockets.add(near);
            start(() -> lead(near));
        }
    }

    private void lead(Socket near) {
        try {
            near.setTcpNoDelay(true);
            Socket far = dial.call();
            sockets.add(far);
            RawClient client = new RawClient(far);
            far.setSoTimeout(0);
            if (!client.request(RawClient.request(far.getPort(), SUBPROTOCOL)).startsWith("HTTP/1.1 101 ")) {
                throw new IOException("not upgraded");
            }
            Conversation conversation = new Conversation(near, client);
            start(conversation::down);
            conversation.up();
        } catch (Exception gone) {
            reset(near);
        }
    }

    /** One channel. */
    private static final class Conversation {
        private final Socket near;
        private final RawClient client;
        private final Map<Integer, Split> splits = new ConcurrentHashMap<>();

        Conversation(Socket near, RawClient client) {
            this.near = near;
            this.client = client;
        }

        /** What the connector says. */
        void up() {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(near.getInputStream(), 64 * 1024));
                while (true) {
                    byte[] frame = in.readNBytes(in.readInt());
                    ByteBuffer fields = ByteBuffer.wrap(frame);
                    say(fields.get(), fields.get(), fields.getInt(), fields.slice());
                    if (in.available() == 0) {
                        flush();
                    }
                }
            } catch (IOException | JsonFaultException gone) {
                reset(near);
                reset(client.socket());
            }
        }

        private void say(int type, int flags, int stream, ByteBuffer body) throws IOException, JsonFaultException {
            Split split = stream == 0 ? null : splits.get(stream);
            if (split == null && (flags & MORE) != 0 && type != CONTINUATION) {
                splits.put(stream, new Split(type, flags & ~MORE, body));
            } else if (type == CONTINUATION) {
                if (split != null && split.add(body, (flags & MORE) != 0)) {
                    splits.remove(stream);
                    say(split.type, split.flags, stream, split.whole());
                }
            } else if (split != null && type == CREDIT) {
                split.credit(body.getInt());
            } else if (split != null && type == CANCEL) {
                splits.remove(stream); // nobody has heard of it
            } else {
                sayWhole(type, flags, stream, body);
            }
        }

        private void sayWhole(int type, int flags, int stream, ByteBuffer body) throws IOException {
            switch (type) {
                case HELLO -> sendText(hello(body));
                case Frames.PING -> sendText("{\"type\":\"ping\",\"token\":" + (body.getLong() >>> 1) + "}");
                case Frames.PONG -> queue(RawClient.FIN | RawClient.PONG, bytes(body));
                case OPERATIONS -> sendText("{\"type\":\"operations\",\"operations\":" + names(body) + "}");
                default -> sendText(new String(FrameToJson.text(type, flags, stream, body), StandardCharsets.UTF_8));
            }
        }

        private void sendText(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int at = 0;
            for (int opcode = RawClient.TEXT; bytes.length - at > MAX_PIECE_BYTES; opcode = RawClient.CONTINUATION) {
                queue(opcode, Arrays.copyOfRange(bytes, at, at + MAX_PIECE_BYTES));
                at += MAX_PIECE_BYTES;
            }
            queue(
                    RawClient.FIN | (at == 0 ? RawClient.TEXT : RawClient.CONTINUATION),
                    Arrays.copyOfRange(bytes, at, bytes.length));
        }

        private void queue(int first, byte[] bytes) throws IOException {
            synchronized (client) {
                client.queue(first, bytes);
            }
        }

        private void flush() throws IOException {
            synchronized (client) {
                client.flush();
            }
        }

        /** What the controller says. */
        void down() {
            try {
                OutputStream out = new BufferedOutputStream(near.getOutputStream(), 64 * 1024);
                RawClient.Frame frame = client.read();
                while (frame.opcode() != RawClient.CLOSE) {
                    if (frame.opcode() == RawClient.TEXT) {
                        byte[] said = frameOf(frame.payload());
                        if (said[4] == CANCEL) {
                            splits.remove(ByteBuffer.wrap(said).getInt(6));
                        }
                        out.write(said);
                    } else if (frame.opcode() == RawClient.PING) {
                        out.write(ByteBuffer.allocate(10 + frame.payload().length)
                                .putInt(6 + frame.payload().length)
                                .put((byte) Frames.PING)
                                .put((byte) 0)
                                .putInt(0)
                                .put(frame.payload())
                                .array());
                    }
                    if (!client.hasMore()) {
                        out.flush();
                    }
                    frame = client.read();
                }
                out.flush();
                near.shutdownOutput();
                queue(RawClient.FIN | RawClient.CLOSE, frame.payload());
                flush();
            } catch (IOException | JsonFaultException gone) {
                reset(near);
                reset(client.socket());
            }
        }
    }

    /** A message that comes in pieces. Confined to one thread. */
    private static final class Split {
        final int type;
        final int flags;
        private final ByteBuffer whole;

        /** The first piece is empty, and what is before it ends with the length of the payload. */
        Split(int type, int flags, ByteBuffer first) {
            this.type = type;
            this.flags = flags;
            int fields = first.remaining() - 4;
            whole = ByteBuffer.allocate(fields + first.getInt(fields)).put(first.slice(0, fields));
        }

        /** Whether it was the last. */
        boolean add(ByteBuffer piece, boolean isMore) {
            whole.put(piece);
            return !isMore;
        }

        void credit(int more) {
            whole.putInt(CREDIT_OFFSET, whole.getInt(CREDIT_OFFSET) + more);
        }

        ByteBuffer whole() {
            return whole.flip();
        }
    }

    // --- what a controller never says to the transport, and what it says of its own ---------------------------

    private static String hello(ByteBuffer body) {
        body.getInt(); // who it is
        StringBuilder json = new StringBuilder("{\"type\":\"hello\",\"lowest\":").append(body.get());
        json.append(",\"highest\":").append(body.get());
        body.get(); // a connector
        body.getInt(); // frames are of no concern there
        for (String limit : List.of("maxMessageBytes", "maxHeaderBytes", "maxStreams", "heartbeatMillis")) {
            json.append(",\"").append(limit).append("\":").append(body.getInt());
        }
        json.append(",\"instance\":").append(quoted(name(body)));
        json.append(",\"target\":").append(quoted(name(body)));
        json.append(",\"capacity\":").append(body.getInt());
        json.append(",\"resume\":").append(quoted(name(body)));
        json.append(",\"scheme\":").append(quoted(name(body)));
        json.append(",\"secret\":").append(quoted(string(body, body.getShort() & 0xffff)));
        List<String> attributes = new ArrayList<>();
        for (int i = body.get() & 0xff; i > 0; i--) {
            attributes.add(quoted(name(body)) + ":" + quoted(name(body)));
        }
        json.append(",\"attributes\":{").append(String.join(",", attributes));
        return json.append("},\"operations\":").append(names(body)).append("}").toString();
    }

    private static String names(ByteBuffer body) {
        List<String> names = new ArrayList<>();
        for (int i = body.getShort() & 0xffff; i > 0; i--) {
            names.add(quoted(name(body)));
        }
        return "[" + String.join(",", names) + "]";
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    private static String name(ByteBuffer body) {
        return string(body, body.get() & 0xff);
    }

    private static String string(ByteBuffer body, int size) {
        byte[] bytes = new byte[size];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }

    private static byte[] frameOf(byte[] text) throws JsonFaultException {
        JsonMessage message = JsonMessage.parse(text);
        return switch (message.type()) {
            case "welcome" -> welcome(message);
            case "refused" -> refused(message);
            case "command" -> command(message);
            default -> JsonToFrame.frame(text);
        };
    }

    private static byte[] welcome(JsonMessage message) throws JsonFaultException {
        Fields fields = new Fields();
        fields.u8((int) message.number("version", 1, 1, 0)).u32(MAX_FRAME_BYTES);
        for (String limit : List.of("maxMessageBytes", "maxHeaderBytes", "maxStreams", "heartbeatMillis")) {
            fields.u32((int) message.number(limit, 0, Integer.MAX_VALUE, -1));
        }
        return fields.name(message.text("controller"))
                .name(message.text("target", ""))
                .name(message.text("resume"))
                .frame(Frames.WELCOME, 0, 0);
    }

    private static byte[] refused(JsonMessage message) throws JsonFaultException {
        return new Fields()
                .u16(CloseReason.valueOf(message.text("reason")).number())
                .u8(message.flag("comeBack") ? 1 : 0)
                .text(message.text("message"))
                .frame(Frames.REFUSED, 0, 0);
    }

    private static byte[] command(JsonMessage message) throws JsonFaultException {
        int flags = 0x80 | (message.flag("durable") ? 0x02 : 0) | (message.flag("idempotent") ? 0x04 : 0);
        Fields fields = new Fields()
                .id(message.text("id"))
                .u64(message.scaled("ttlMillis", 3, 0, Long.MAX_VALUE, -1))
                .u32((int) message.number("credit", 0, Integer.MAX_VALUE, -1))
                .u8((int) message.number("hops", 0, 255, 0))
                .name(message.text("operation"))
                .name(message.text("target"))
                .name(message.text("instance", ""))
                .name(message.text("contentType", ""));
        String key = message.text("idempotencyKey", "");
        if (!key.isEmpty()) {
            flags |= 0x08;
            fields.name(key);
        }
        String trace = message.text("traceparent", "");
        if (!trace.isEmpty()) {
            flags |= 0x10;
            fields.name(trace);
        }
        String replay = message.text("replayOf", "");
        if (!replay.isEmpty()) {
            flags |= 0x20;
            fields.id(replay);
        }
        fields.name(message.text("source", ""))
                .text(message.text("principal", ""))
                .u32((int) message.number("attempt", 1, Integer.MAX_VALUE, 0));
        Map<String, List<String>> headers = message.pairs("headers");
        if (!headers.isEmpty()) {
            flags |= 0x40;
            Fields block = new Fields();
            headers.forEach(
                    (name, values) -> values.forEach(value -> block.name(name).text(value)));
            fields.u16(block.bytes.size()).raw(block.bytes.toByteArray());
        }
        int stream = (int) message.number("stream", 1, 0xffff_ffffL, 0);
        fields.raw(message.payload());
        message.end();
        return fields.frame(Frames.COMMAND, flags, stream);
    }

    /** The fields of a frame, one after the other. Confined to one thread. */
    private static final class Fields {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Fields u8(int value) {
            bytes.write(value);
            return this;
        }

        Fields u16(int value) {
            return u8(value >> 8).u8(value);
        }

        Fields u32(int value) {
            return u16(value >> 16).u16(value);
        }

        Fields u64(long value) {
            return u32((int) (value >> 32)).u32((int) value);
        }

        Fields id(String text) {
            CommandId id = CommandId.parse(text);
            return u64(id.high()).u64(id.low());
        }

        Fields raw(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        Fields name(String text) {
            byte[] value = text.getBytes(StandardCharsets.UTF_8);
            return u8(value.length).raw(value);
        }

        Fields text(String text) {
            byte[] value = text.getBytes(StandardCharsets.UTF_8);
            return u16(value.length).raw(value);
        }

        byte[] frame(int type, int flags, int stream) {
            return ByteBuffer.allocate(10 + bytes.size())
                    .putInt(6 + bytes.size())
                    .put((byte) type)
                    .put((byte) flags)
                    .putInt(stream)
                    .put(bytes.toByteArray())
                    .array();
        }
    }

    // ----------------------------------------------------------------------------------------------------------

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closed) {
            // that is what was wanted
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException closed) {
            // that is what was wanted
        }
        sockets.forEach(JsonBridge::reset);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "json-bridge");
        thread.setDaemon(true);
        thread.start();
    }
}
