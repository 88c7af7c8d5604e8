package io.sommelier.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Opaque bytes. Immutable: what goes in is copied, what comes out is a copy or a read-only view. Never reference counted, so it may be kept as long as one
 * likes and needs no release. Sommelier never looks inside.
 */
public final class Payload {
    private static final Payload EMPTY = new Payload(new byte[0]);

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The payload of no bytes. */
    public static Payload empty() {
        return EMPTY;
    }

    /** A copy of the whole array. */
    public static Payload copyOf(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Payload(bytes.clone());
    }

    /** A copy of what remains in the buffer; the buffer's position moves to its limit. */
    public static Payload copyOf(ByteBuffer buffer) {
        if (!buffer.hasRemaining()) {
            return EMPTY;
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return new Payload(copy);
    }

    /** The text in UTF-8; half of a surrogate pair becomes {@code ?}. */
    public static Payload ofText(String text) {
        return text.isEmpty() ? EMPTY : new Payload(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes of all of them, one after the other.
     *
     * @throws IllegalArgumentException when they are more than one payload holds, 2^31 - 9 bytes
     */
    public static Payload join(List<Payload> pieces) {
        long total = 0;
        for (Payload piece : pieces) {
            total += piece.size();
        }
        if (total > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "joined payload would have " + total + " bytes, allowed are at most " + (Integer.MAX_VALUE - 8));
        }
        ByteBuffer joined = ByteBuffer.allocate((int) total);
        for (Payload piece : pieces) {
            piece.copyTo(joined);
        }
        return total == 0 ? EMPTY : new Payload(joined.array());
    }

    /** The number of bytes. */
    public int size() {
        return bytes.length;
    }

    /** Whether there are no bytes. */
    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** A fresh copy of all bytes. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * Puts all bytes into the buffer.
     *
     * @throws java.nio.BufferOverflowException when they do not fit; nothing was put then
     */
    public void copyTo(ByteBuffer target) {
        target.put(bytes);
    }

    /**
     * Puts {@code length} bytes, starting with the byte at {@code offset}, into the buffer.
     *
     * @throws IndexOutOfBoundsException when the range is not within the payload
     * @throws java.nio.BufferOverflowException when they do not fit; nothing was put then
     */
    public void copyTo(ByteBuffer target, int offset, int length) {
        target.put(bytes, offset, length);
    }

    /** A read-only view of all bytes, from position 0 to its limit, big-endian, new at each call; it copies no byte. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** The bytes read as UTF-8; malformed input becomes U+FFFD. */
    public String asText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The size, never the content. */
    @Override
    public String toString() {
        return "Payload[" + bytes.length + " bytes]";
    }
}
