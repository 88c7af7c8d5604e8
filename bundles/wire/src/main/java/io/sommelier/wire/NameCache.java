package io.sommelier.wire;

import io.sommelier.api.Target;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Gives the same strings for the same bytes, so that the names that come with every command are made once. Direct-mapped and of fixed size: a collision costs an
 * allocation, nothing else. Confined to the link's thread.
 */
final class NameCache {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SLOTS = 64;
    private static final int MAX_CACHED_BYTES = 255;

    private final byte[][] keys = new byte[SLOTS][];
    private final String[] texts = new String[SLOTS];
    private final Target[] targets = new Target[SLOTS];

    /** The text of these bytes in UTF-8; malformed ones become U+FFFD. */
    String text(byte[] bytes, int at, int length) {
        if (length == 0) {
            return "";
        }
        if (length > MAX_CACHED_BYTES) {
            return new String(bytes, at, length, StandardCharsets.UTF_8);
        }
        int slot = slot(bytes, at, length);
        byte[] key = keys[slot];
        if (key != null && Arrays.equals(key, 0, key.length, bytes, at, at + length)) {
            return texts[slot];
        }
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        keys[slot] = Arrays.copyOfRange(bytes, at, at + length);
        texts[slot] = text;
        return text;
    }

    /**
     * The target of these names.
     *
     * @throws IllegalArgumentException when one breaks the grammar of names
     */
    Target target(String targetId, String instance) {
        int slot = spread(31L * targetId.hashCode() + instance.hashCode());
        Target target = targets[slot];
        if (target == null
                || !target.targetId().equals(targetId)
                || !target.instance().equals(instance)) {
            target = new Target(targetId, instance);
            targets[slot] = target;
        }
        return target;
    }

    /** From the length and both ends alone: names are short, and differ there. */
    private static int slot(byte[] bytes, int at, int length) {
        long mixed = length;
        if (length >= Long.BYTES) {
            mixed += 31 * (long) LONG.get(bytes, at) + (long) LONG.get(bytes, at + length - Long.BYTES);
        } else {
            for (int i = at; i < at + length; i++) {
                mixed = mixed * 31 + bytes[i];
            }
        }
        return spread(mixed);
    }

    private static int spread(long value) {
        return (int) (value * 0x9e37_79b9_7f4a_7c15L >>> 58);
    }
}
