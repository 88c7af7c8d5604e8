package io.sommelier.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Bytes as people read them. */
final class Hex {
    /** A command with nothing optional but the stream it is on: {@code op} of {@code tgt}, 1 ms, no credit. */
    static final String COMMAND_BODY = """
            0000000000000000 0000000000000009   # id
            00000000000003e8                    # remaining time: 1000 µs
            00000000                            # initial credit
            00                                  # hops
            02 6f70                             # operation: "op"
            03 746774                           # target: "tgt"
            00                                  # instance
            00                                  # content type
            """;

    private Hex() {}

    /** The bytes of hex digits; blanks and what follows a {@code #} on a line are left out. */
    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("#[^\n]*", "").replaceAll("\\s", ""));
    }

    /** A frame: the length, and then these bytes. */
    static byte[] frame(String hexAfterLength) {
        byte[] counted = bytes(hexAfterLength);
        return ByteBuffer.allocate(4 + counted.length)
                .putInt(counted.length)
                .put(counted)
                .array();
    }

    /** {@link #COMMAND_BODY} on a stream. */
    static byte[] command(int stream) {
        return frame("10 00 " + u32(stream) + COMMAND_BODY);
    }

    static String u32(int value) {
        return String.format(" %08x ", value);
    }

    static String u64(long value) {
        return String.format(" %016x ", value);
    }

    static String text(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
