package io.sommelier.transport.websocket;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The client's end of a WebSocket over a plain socket, written byte by byte, so that a test may break every rule. Confined to a thread for each direction. */
final class RawClient implements AutoCloseable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FIN = 0x80;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

    /** A frame that came. */
    record Frame(int opcode, byte[] payload) {
        int closeCode() {
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }

        String text() {
            int skip = opcode == CLOSE ? 2 : 0;
            return new String(payload, skip, payload.length - skip, StandardCharsets.UTF_8);
        }
    }

    /** Bytes of binary messages that {@link Frames} has not read yet. */
    byte[] unread = {};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** Connects, and says nothing. */
    RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024));
        out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /** Connects and upgrades to a subprotocol. */
    static RawClient upgraded(int port, String subprotocol) throws IOException {
        RawClient client = new RawClient(port);
        String answer = client.request(request(port, subprotocol));
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new IOException(answer);
        }
        return client;
    }

    /** A request as it should be. */
    static String request(int port, String subprotocol) {
        return "GET /sommelier HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\n\r\n";
    }

    /** Sends text, and reads the head of the answer. */
    String request(String text) throws IOException {
        raw(text.getBytes(StandardCharsets.ISO_8859_1));
        return head();
    }

    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** The rest of what comes, to the end. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Has a frame sent with the next {@link #flush}. */
    void queue(int first, byte[] payload) throws IOException {
        out.write(frame(first, payload, true));
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Whether more has come than was read. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** Sends a whole message. */
    void send(int opcode, byte[] payload) throws IOException {
        raw(frame(FIN | opcode, payload, true));
    }

    void sendText(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a frame that is not the last of its message. */
    void sendPiece(int opcode, byte[] payload) throws IOException {
        raw(frame(opcode, payload, true));
    }

    static byte[] frame(int first, byte[] payload, boolean isMasked) {
        int length = payload.length;
        int mask = isMasked ? 0x80 : 0;
        ByteBuffer frame = ByteBuffer.allocate(14 + length).put((byte) first);
        if (length < 126) {
            frame.put((byte) (mask | length));
        } else if (length < 65536) {
            frame.put((byte) (mask | 126)).putShort((short) length);
        } else {
            frame.put((byte) (mask | 127)).putLong(length);
        }
        if (isMasked) {
            frame.put(MASK);
        }
        for (int i = 0; i < length; i++) {
            frame.put((byte) (isMasked ? payload[i] ^ MASK[i & 3] : payload[i]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /** The next frame; fails with {@link EOFException} when there is none. */
    Frame read() throws IOException {
        int opcode = in.readUnsignedByte() & 0x0f;
        int length = in.readUnsignedByte();
        if ((length & 0x80) != 0) {
            throw new IOException("a server does not mask");
        }
        long size = length == 127 ? in.readLong() : length == 126 ? in.readUnsignedShort() : length;
        return new Frame(opcode, in.readNBytes(Math.toIntExact(size)));
    }

    /** Reads until a frame of that kind comes. */
    Frame readUntil(int opcode) throws IOException {
        Frame frame = read();
        while (frame.opcode() != opcode) {
            frame = read();
        }
        return frame;
    }

    /** Whether the server has closed; reads what is before that. */
    boolean isClosed() throws IOException {
        try {
            in.readAllBytes();
            return true;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
