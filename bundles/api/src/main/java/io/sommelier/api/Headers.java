package io.sommelier.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An ordered list of name-value pairs beside a payload. Names are case-insensitive, kept in lower case, and may repeat. Immutable.
 *
 * <p>What counts is the encoded block: it is checked when made, carried as it is from hop to hop, and decoded only when somebody reads a header; a command that
 * is merely routed pays nothing for its headers. The block is, for each pair, in order:
 *
 * <pre>
 * u8   length of the name, 1 to 255        u16  length of the value, 0 to 65535 (big-endian)
 * name, visible ASCII without upper case   value, UTF-8
 * </pre>
 */
public final class Headers implements Iterable<Headers.Header> {

    /**
     * One pair.
     *
     * @param name in lower case, where it comes out of {@link Headers}
     * @param value any text, perhaps empty; bytes that are no UTF-8 are read as U+FFFD
     */
    public record Header(String name, String value) {
        /** The name alone: the value may be secret. */
        @Override
        public String toString() {
            return "Header[" + name + "]";
        }
    }

    private static final Headers NONE = new Headers(new byte[0]);

    private final byte[] block;
    private volatile List<Header> decoded;

    private Headers(byte[] block) {
        this.block = block;
    }

    /** No headers. */
    public static Headers none() {
        return NONE;
    }

    /** One header; see {@link Builder#add}. */
    public static Headers of(String name, String value) {
        return builder().add(name, value).build();
    }

    /** A builder with no headers in it. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The headers of an encoded block: what remains in the buffer, copied; the buffer's position moves to its limit.
     * The structure and the names are checked, the values are not decoded.
     *
     * @throws IllegalArgumentException when the block is cut short or has a bad name
     */
    public static Headers ofBlock(ByteBuffer encoded) {
        if (!encoded.hasRemaining()) {
            return NONE;
        }
        byte[] block = new byte[encoded.remaining()];
        encoded.get(block);
        int at = 0;
        while (at < block.length) {
            int nameLength = block[at] & 0xff;
            int nameEnd = at + 1 + nameLength;
            if (nameLength == 0 || nameEnd + 2 > block.length) {
                throw new IllegalArgumentException("header block is cut short at byte " + at);
            }
            for (int i = at + 1; i < nameEnd; i++) {
                checkNameByte(block[i], i);
            }
            at = nameEnd + 2 + valueLength(block, nameEnd);
        }
        if (at != block.length) {
            throw new IllegalArgumentException(
                    "header block is cut short: a value ends at byte " + at + " of " + block.length);
        }
        return new Headers(block);
    }

    private static void checkNameByte(int c, int at) {
        if (c <= ' ' || c > '~' || c >= 'A' && c <= 'Z') {
            throw new IllegalArgumentException(
                    "header name has a character at byte " + at + " that is not visible lower-case ASCII");
        }
    }

    private static int valueLength(byte[] block, int at) {
        return (block[at] & 0xff) << 8 | block[at + 1] & 0xff;
    }

    /** Whether there is no header. */
    public boolean isEmpty() {
        return block.length == 0;
    }

    /** The length of the encoded block in bytes. */
    public int encodedSize() {
        return block.length;
    }

    /**
     * Puts the encoded block into the buffer.
     *
     * @throws java.nio.BufferOverflowException when it does not fit; nothing was put then
     */
    public void copyBlockTo(ByteBuffer target) {
        target.put(block);
    }

    /** The value of the first header of that name, in whatever case it is asked for; empty when there is none. */
    public Optional<String> first(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Header header : all()) {
            if (header.name.equals(wanted)) {
                return Optional.of(header.value);
            }
        }
        return Optional.empty();
    }

    /** All pairs in order, in an immutable list. */
    public List<Header> all() {
        List<Header> pairs = decoded;
        if (pairs == null) {
            pairs = decode();
            decoded = pairs;
        }
        return pairs;
    }

    @Override
    public Iterator<Header> iterator() {
        return all().iterator();
    }

    /** A builder that starts with these headers, byte for byte. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.makeRoom(block.length);
        builder.encoded.put(block);
        return builder;
    }

    private List<Header> decode() {
        List<Header> pairs = new ArrayList<>();
        int at = 0;
        while (at < block.length) {
            int nameLength = block[at] & 0xff;
            String name = new String(block, at + 1, nameLength, StandardCharsets.US_ASCII);
            at += 1 + nameLength;
            int valueLength = valueLength(block, at);
            pairs.add(new Header(name, new String(block, at + 2, valueLength, StandardCharsets.UTF_8)));
            at += 2 + valueLength;
        }
        return List.copyOf(pairs);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && Arrays.equals(block, that.block);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(block);
    }

    /** The names, never the values: they may be secret. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Headers[");
        for (Header header : all()) {
            text.append(text.length() > 8 ? "," : "").append(header.name);
        }
        return text.append(']').toString();
    }

    /** Collects pairs. Not thread-safe; may be used again after {@link #build}. */
    public static final class Builder {
        private ByteBuffer encoded = ByteBuffer.allocate(128);

        private Builder() {}

        /**
         * Adds a pair behind those already there.
         *
         * @param name 1 to 255 visible ASCII characters; upper case is made lower
         * @param value at most 65535 bytes in UTF-8, perhaps none
         * @throws IllegalArgumentException when name or value is out of these bounds
         */
        public Builder add(String name, String value) {
            byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
            byte[] valueBytes = value.getBytes(StandardCharsets.UTF_8);
            if (nameBytes.length == 0 || nameBytes.length > 255) {
                throw new IllegalArgumentException(
                        "header name has " + nameBytes.length + " bytes, allowed are 1 to 255");
            }
            if (valueBytes.length > 65535) {
                throw new IllegalArgumentException("header " + name + " has a value of " + valueBytes.length
                        + " bytes, allowed are at most 65535");
            }
            for (int i = 0; i < nameBytes.length; i++) {
                // by hand: String.toLowerCase makes ASCII of some characters that are not
                if (nameBytes[i] >= 'A' && nameBytes[i] <= 'Z') {
                    nameBytes[i] += 'a' - 'A';
                }
                checkNameByte(nameBytes[i], i);
            }
            makeRoom(3 + nameBytes.length + valueBytes.length);
            encoded.put((byte) nameBytes.length)
                    .put(nameBytes)
                    .putShort((short) valueBytes.length)
                    .put(valueBytes);
            return this;
        }

        private void makeRoom(int bytes) {
            if (encoded.remaining() < bytes) {
                encoded = ByteBuffer.allocate(Math.max(encoded.capacity() * 2, encoded.position() + bytes))
                        .put(encoded.flip());
            }
        }

        /** The headers added so far. */
        public Headers build() {
            return encoded.position() == 0 ? NONE : new Headers(Arrays.copyOf(encoded.array(), encoded.position()));
        }
    }
}
