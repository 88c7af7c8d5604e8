package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
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
 * The whole frame that was read last, and a cursor over its body. What stands before the payload is copied to an array once and read there; the payload is copied
 * once, to where it stays. Every method that reads throws {@link ProtocolViolationException} when the frame ends before what is asked for. Confined to the link's
 * thread.
 */
final class Frame {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int LEAST_HEAD = 512;
    private static final int MOST_HEAD_KEPT = 16 * 1024;

    private final NameCache names;
    private byte[] head = new byte[LEAST_HEAD];
    private ByteBuffer headView = ByteBuffer.wrap(head);
    private int loaded;
    private ByteBuf buffer;
    private int origin;
    private int length;
    private int at;

    private int type;
    private int flags;
    private int stream;

    Frame(NameCache names) {
        this.names = names;
    }

    /** Takes the frame whose type is at {@code index}; the buffer must stay as it is until the frame has been read. */
    void load(ByteBuf from, int index, int countedLength) {
        if (head.length > MOST_HEAD_KEPT) {
            replaceHead(new byte[LEAST_HEAD]);
        }
        buffer = from;
        origin = index;
        length = countedLength;
        loaded = Math.min(countedLength, head.length);
        from.getBytes(index, head, 0, loaded);
        type = head[0] & 0xff;
        flags = head[1] & 0xff;
        stream = (int) INT.get(head, 2);
        at = Frames.COUNTED_HEADER_BYTES;
    }

    int type() {
        return type;
    }

    int stream() {
        return stream;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Demands that no other flags than these are set. */
    void allowFlags(int allowed) {
        if ((flags & ~allowed) != 0) {
            throw new ProtocolViolationException("frame of type " + type + " has undefined flags " + flags);
        }
    }

    /** How much of the frame was read. */
    int read() {
        return at;
    }

    /** How much of the body is not read yet. */
    int remaining() {
        return length - at;
    }

    /** Demands that all was read. */
    void end() {
        if (at != length) {
            throw new ProtocolViolationException("frame of type " + type + " has " + (length - at) + " bytes too many");
        }
    }

    int u8() {
        need(1);
        return head[at++] & 0xff;
    }

    int u16() {
        need(2);
        int value = (short) SHORT.get(head, at) & 0xffff;
        at += 2;
        return value;
    }

    /** Unsigned, though it comes as an {@code int}. */
    int u32() {
        need(4);
        int value = (int) INT.get(head, at);
        at += 4;
        return value;
    }

    long u64() {
        need(8);
        long value = (long) LONG.get(head, at);
        at += 8;
        return value;
    }

    CommandId id() {
        long high = u64();
        return new CommandId(high, u64());
    }

    /** A text after its length in one byte, cached. */
    String name() {
        return cached(u8());
    }

    /** A text after its length in two bytes, cached when it is short. */
    String longName() {
        return cached(u16());
    }

    /** A text after its length in two bytes. */
    String text() {
        int size = u16();
        need(size);
        String text = new String(head, at, size, StandardCharsets.UTF_8);
        at += size;
        return text;
    }

    private String cached(int size) {
        need(size);
        String text = names.text(head, at, size);
        at += size;
        return text;
    }

    /**
     * A header block of that length.
     *
     * @throws IllegalArgumentException when it is malformed; it was read then
     */
    Headers headers(int size) {
        need(size);
        ByteBuffer block = headView.limit(at + size).position(at);
        at += size;
        return Headers.ofBlock(block);
    }

    void skip(int size) {
        if (size > length - at) {
            throw cutShort();
        }
        at += size;
    }

    /** That many bytes, copied. */
    Payload bytes(int size) {
        if (size > length - at) {
            throw cutShort();
        }
        int from = at;
        at += size;
        if (at <= loaded) {
            return Payload.copyOf(headView.limit(at).position(from));
        }
        ByteBuffer view = buffer.nioBufferCount() == 1
                ? buffer.internalNioBuffer(origin + from, size)
                : buffer.nioBuffer(origin + from, size);
        return Payload.copyOf(view);
    }

    /** The rest of the frame, copied into an array. */
    void restInto(byte[] target, int offset) {
        buffer.getBytes(origin + at, target, offset, length - at);
        at = length;
    }

    private void need(int size) {
        if (size > length - at) {
            throw cutShort();
        }
        if (at + size > loaded) {
            int wanted = Math.min(length, Math.max(at + size, loaded * 2));
            if (wanted > head.length) {
                replaceHead(Arrays.copyOf(head, wanted));
            }
            buffer.getBytes(origin + loaded, head, loaded, wanted - loaded);
            loaded = wanted;
        }
    }

    private void replaceHead(byte[] larger) {
        head = larger;
        headView = ByteBuffer.wrap(larger);
    }

    private ProtocolViolationException cutShort() {
        return new ProtocolViolationException("frame of type " + type + " is cut short at byte " + at);
    }
}
