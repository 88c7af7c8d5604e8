package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sommelier.api.CommandId;
import io.sommelier.api.Headers;
import io.sommelier.api.Payload;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Appends frames to one buffer, and hands it to the sink once a burst. A frame is begun, its fields are put in order, and it is ended; what stands before the
 * payload is collected in an array, so that a frame costs one or two bulk copies. Confined to the link's thread.
 */
final class FrameWriter {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int HAND_OVER_BYTES = 64 * 1024;
    private static final int LEAST_BUFFER_BYTES = 1024;
    private static final int LEAST_HEAD = 1024;
    private static final int SMALL_PAYLOAD_BYTES = 256;

    private final ByteBufAllocator allocator;
    private final LinkSink sink;
    private byte[] head = new byte[LEAST_HEAD];
    private ByteBuffer headView = ByteBuffer.wrap(head);
    private int at;
    private ByteBuf out;
    private int expectedBytes = LEAST_BUFFER_BYTES;
    private boolean writable = true;
    private long blockedBytes;

    FrameWriter(ByteBufAllocator allocator, LinkSink sink) {
        this.allocator = allocator;
        this.sink = sink;
    }

    FrameWriter begin(int type, int flags, int stream) {
        at = Frames.HEADER_BYTES;
        head[4] = (byte) type;
        head[5] = (byte) flags;
        INT.set(head, 6, stream);
        return this;
    }

    void addFlag(int flag) {
        head[5] |= (byte) flag;
    }

    /** The bytes of the frame so far, the frame header included. */
    int size() {
        return at;
    }

    FrameWriter u8(int value) {
        room(1);
        head[at++] = (byte) value;
        return this;
    }

    FrameWriter u16(int value) {
        room(2);
        SHORT.set(head, at, (short) value);
        at += 2;
        return this;
    }

    FrameWriter u32(int value) {
        room(4);
        INT.set(head, at, value);
        at += 4;
        return this;
    }

    FrameWriter u64(long value) {
        room(8);
        LONG.set(head, at, value);
        at += 8;
        return this;
    }

    FrameWriter id(CommandId id) {
        return u64(id.high()).u64(id.low());
    }

    /** A text of ASCII, at most 255 characters, after its length in one byte. */
    FrameWriter name(String text) {
        u8(text.length());
        return ascii(text);
    }

    /** Any text, at most 65535 bytes in UTF-8, after its length in two bytes. */
    FrameWriter text(String text) {
        if (isAscii(text)) {
            u16(text.length());
            return ascii(text);
        }
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        u16(encoded.length);
        room(encoded.length);
        System.arraycopy(encoded, 0, head, at, encoded.length);
        at += encoded.length;
        return this;
    }

    /** A header block after its length in two bytes. */
    FrameWriter headers(Headers headers) {
        int size = headers.encodedSize();
        u16(size);
        room(size);
        headers.copyBlockTo(headView.limit(at + size).position(at));
        at += size;
        return this;
    }

    FrameWriter bytes(Payload payload) {
        int size = payload.size();
        room(size);
        payload.copyTo(headView.limit(at + size).position(at));
        at += size;
        return this;
    }

    @SuppressWarnings("deprecation") // copies the low bytes, which is right for ASCII, and allocates nothing
    private FrameWriter ascii(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, head, at);
        at += length;
        return this;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /** Ends a frame without payload. */
    void end() {
        end(Payload.empty(), 0, 0);
    }

    /** Ends a frame with a piece of a payload. */
    void end(Payload payload, int offset, int length) {
        INT.set(head, 0, at - 4 + length);
        if (length <= SMALL_PAYLOAD_BYTES) {
            if (length > 0) {
                room(length);
                payload.copyTo(headView.limit(at + length).position(at), offset, length);
                at += length;
            }
            buffer(at).writeBytes(head, 0, at);
        } else {
            ByteBuf buffer = buffer(at + length);
            buffer.writeBytes(head, 0, at);
            int index = buffer.writerIndex();
            payload.copyTo(buffer.internalNioBuffer(index, length), offset, length);
            buffer.writerIndex(index + length);
        }
    }

    /** Hands over what was written when it is a lot. Not called between the beginning and the end of a frame. */
    void spill() {
        if (out != null && out.readableBytes() >= HAND_OVER_BYTES) {
            handOver();
        }
    }

    /** Hands over what was written, if anything. The sink may call the link, which may write again. */
    void handOver() {
        if (out != null) {
            ByteBuf full = out;
            out = null;
            int size = full.readableBytes();
            expectedBytes = Math.max(Math.min(size, HAND_OVER_BYTES), expectedBytes - (expectedBytes >> 3));
            if (!writable) {
                blockedBytes += size;
            }
            sink.write(full);
        }
    }

    /** Whether the socket takes more now; what is handed over while it does not is counted. */
    void writable(boolean value) {
        writable = value;
        if (value) {
            blockedBytes = 0;
        }
    }

    boolean isWritable() {
        return writable;
    }

    /** The bytes handed over since the socket took nothing more. */
    long blockedBytes() {
        return blockedBytes;
    }

    /** Gives back what was written and not handed over. */
    void release() {
        if (out != null) {
            out.release();
            out = null;
        }
    }

    private ByteBuf buffer(int bytes) {
        if (out == null) {
            out = allocator.buffer(Math.max(bytes, Math.max(expectedBytes, LEAST_BUFFER_BYTES)));
        } else {
            out.ensureWritable(bytes);
        }
        return out;
    }

    private void room(int bytes) {
        if (at + bytes > head.length) {
            head = Arrays.copyOf(head, Math.max(at + bytes, head.length * 2));
            headView = ByteBuffer.wrap(head);
        }
    }
}
