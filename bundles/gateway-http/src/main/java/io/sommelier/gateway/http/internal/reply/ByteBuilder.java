package io.sommelier.gateway.http.internal.reply;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that grow. Confined to one thread. */
final class ByteBuilder {
    private byte[] bytes;
    private int length;

    ByteBuilder(int first) {
        bytes = new byte[first];
    }

    /** Adds ASCII. */
    ByteBuilder text(String ascii) {
        makeRoom(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    ByteBuilder bytes(byte[] more) {
        return bytes(more, 0, more.length);
    }

    ByteBuilder bytes(byte[] more, int from, int count) {
        makeRoom(count);
        System.arraycopy(more, from, bytes, length, count);
        length += count;
        return this;
    }

    ByteBuilder bytes(ByteBuffer more) {
        int count = more.remaining();
        makeRoom(count);
        more.duplicate().get(bytes, length, count);
        length += count;
        return this;
    }

    /** What was added so far; nothing may be added after. */
    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private void makeRoom(int more) {
        if (more > bytes.length - length) {
            long wanted = Math.max(2L * bytes.length, (long) length + more);
            if ((long) length + more > Integer.MAX_VALUE - 8) {
                throw new IllegalStateException("a part becomes larger than 2 GiB in this form");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }
}
