package io.sommelier.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the fields of a body. Confined to one thread. */
final class Bytes {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    Bytes u8(int value) {
        written.write(value);
        return this;
    }

    Bytes u16(int value) {
        return u8(value >> 8).u8(value);
    }

    Bytes u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    Bytes u64(long value) {
        return u32(value >> 32).u32(value);
    }

    Bytes name(String value) {
        byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
        return u8(ascii.length).raw(ascii);
    }

    Bytes text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return u16(utf8.length).raw(utf8);
    }

    /** A block of headers: name, value, name, value, ... */
    Bytes headers(String... pairs) {
        Bytes block = new Bytes();
        for (int i = 0; i < pairs.length; i += 2) {
            block.name(pairs[i]).text(pairs[i + 1]);
        }
        byte[] bytes = block.toArray();
        return u16(bytes.length).raw(bytes);
    }

    Bytes raw(byte[] bytes) {
        written.writeBytes(bytes);
        return this;
    }

    Bytes raw(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return raw(copy);
    }

    byte[] toArray() {
        return written.toByteArray();
    }
}
