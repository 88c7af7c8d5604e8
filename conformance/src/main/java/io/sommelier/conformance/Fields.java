package io.sommelier.conformance;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the fields of a body, and finds it broken where they are not what the protocol allows. Confined to one thread. */
final class Fields {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");
    private static final Pattern HEADER_NAME = Pattern.compile("[!-@\\[-~]{1,255}");

    private final String frame;
    private final ByteBuffer left;

    Fields(Frame frame) {
        this.frame = frame.name();
        left = ByteBuffer.wrap(frame.body());
    }

    int u8(String field) {
        return Byte.toUnsignedInt(bytes(1, field).get());
    }

    int u16(String field) {
        return Short.toUnsignedInt(bytes(2, field).getShort());
    }

    long u32(String field) {
        return Integer.toUnsignedLong(bytes(4, field).getInt());
    }

    long u64(String field) {
        return bytes(8, field).getLong();
    }

    long u32(String field, long least, long most) {
        long value = u32(field);
        if (value < least || value > most) {
            throw new Broken("%s: %s is %d, allowed is %d to %d".formatted(frame, field, value, least, most));
        }
        return value;
    }

    /** A name, or none: then empty. */
    String anyName(String field) {
        int length = u8(field);
        String name = StandardCharsets.US_ASCII.decode(bytes(length, field)).toString();
        if (length > 0 && !NAME.matcher(name).matches()) {
            throw new Broken("%s: %s '%s' breaks the grammar of names".formatted(frame, field, name));
        }
        return name;
    }

    String name(String field) {
        String name = anyName(field);
        if (name.isEmpty()) {
            throw new Broken("%s: %s is missing".formatted(frame, field));
        }
        return name;
    }

    /** A name without the grammar of names: printable ASCII, such as a content type. */
    String label(String field) {
        String label = StandardCharsets.US_ASCII.decode(bytes(u8(field), field)).toString();
        if (!label.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new Broken("%s: %s is not printable ASCII".formatted(frame, field));
        }
        return label;
    }

    String text(String field) {
        return utf8(bytes(u16(field), field), field);
    }

    List<String> headers(long mostBytes) {
        int length = u16("headers");
        if (length > mostBytes) {
            throw new Broken("%s: a header block of %d bytes, agreed are %d".formatted(frame, length, mostBytes));
        }
        ByteBuffer block = bytes(length, "headers");
        List<String> pairs = new ArrayList<>();
        try {
            while (block.hasRemaining()) {
                String name = utf8(take(block, Byte.toUnsignedInt(block.get())), "name of a header");
                if (!HEADER_NAME.matcher(name).matches()) {
                    throw new Broken("%s: '%s' is no name of a header".formatted(frame, name));
                }
                pairs.add(name);
                pairs.add(utf8(take(block, Short.toUnsignedInt(block.getShort())), "value of a header"));
            }
        } catch (java.nio.BufferUnderflowException e) {
            throw new Broken("%s: the block of headers is cut short".formatted(frame));
        }
        return pairs;
    }

    ByteBuffer rest() {
        return bytes(left.remaining(), "payload");
    }

    void end() {
        if (left.hasRemaining()) {
            throw new Broken("%s: %d bytes behind its last field".formatted(frame, left.remaining()));
        }
    }

    ByteBuffer bytes(int length, String field) {
        if (length > left.remaining()) {
            throw new Broken("%s: cut short in %s".formatted(frame, field));
        }
        return take(left, length);
    }

    private static ByteBuffer take(ByteBuffer from, int length) {
        if (length > from.remaining()) {
            throw new java.nio.BufferUnderflowException();
        }
        ByteBuffer taken = from.slice(from.position(), length);
        from.position(from.position() + length);
        return taken;
    }

    private String utf8(ByteBuffer bytes, String field) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new Broken("%s: %s is no UTF-8".formatted(frame, field));
        }
    }
}
