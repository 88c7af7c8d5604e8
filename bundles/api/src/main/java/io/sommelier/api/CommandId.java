package io.sommelier.api;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The 128-bit identity of a command, chosen by its sender and the same at every hop. Immutable.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record CommandId(long high, long low) {
    private static final int TEXT_LENGTH = 36;

    /** A new id in the layout of a UUID version 7 (RFC 9562): it starts with the wall clock in milliseconds, so ids sort roughly by age. */
    public static CommandId random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = System.currentTimeMillis() << 16 | 0x7000 | random.nextInt(0x1000);
        long low = random.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new CommandId(high, low);
    }

    /**
     * Reads the textual form of a UUID, any version, in either case.
     *
     * @throws IllegalArgumentException when the text is no UUID in its full length
     */
    public static CommandId parse(String text) {
        UUID uuid = text.length() == TEXT_LENGTH ? UUID.fromString(text) : null;
        // the parser of the JDK forgives digits that are missing, or in the wrong group
        if (uuid == null || !uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no command id, allowed is a UUID: 32 hexadecimal digits as 8-4-4-4-12");
        }
        return new CommandId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    @Override
    public int hashCode() {
        long mixed = (high ^ low) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32);
    }

    /** The lower-case textual form of a UUID, 36 characters. */
    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }
}
