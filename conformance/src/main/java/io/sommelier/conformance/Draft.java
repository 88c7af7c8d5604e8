package io.sommelier.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A command to be sent. Confined to one thread. */
final class Draft {
    static final int MORE = 0x01;
    static final int DELIVERED = 0x80;
    private static final int PIECE = 15 << 10;

    private final String operation;
    private byte[] payload = {};
    private long ttlMicros = 60_000_000;
    private long credit = 1 << 20;
    private boolean hasAllFields;

    Draft(String operation) {
        this.operation = operation;
    }

    Draft payload(String text) {
        return payload(text.getBytes(StandardCharsets.UTF_8));
    }

    Draft payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    Draft ttlMicros(long micros) {
        ttlMicros = micros;
        return this;
    }

    Draft credit(long bytes) {
        credit = bytes;
        return this;
    }

    /** Sets all that may be set. */
    Draft allFields() {
        hasAllFields = true;
        return this;
    }

    long credit() {
        return credit;
    }

    int payloadBytes() {
        return payload.length;
    }

    /** As one frame. */
    Frame whole(int stream, String target) {
        return new Frame(
                Frame.COMMAND, flags(), stream, head(target, false).raw(payload).toArray());
    }

    /** In pieces, the first of them empty: the head, then as many as it takes. */
    List<Frame> split(int stream, String target) {
        List<Frame> frames = new ArrayList<>();
        frames.add(new Frame(
                Frame.COMMAND, flags() | MORE, stream, head(target, true).toArray()));
        for (int from = 0; from < payload.length; from += PIECE) {
            int until = Math.min(payload.length, from + PIECE);
            frames.add(new Frame(
                    Frame.CONTINUATION,
                    until < payload.length ? MORE : 0,
                    stream,
                    java.util.Arrays.copyOfRange(payload, from, until)));
        }
        return frames;
    }

    /** The frame that announces a payload and has none of it. */
    static Frame announcing(String operation, int stream, String target, long length) {
        return new Frame(
                Frame.COMMAND,
                DELIVERED | MORE,
                stream,
                new Draft(operation).head(target, false).u32(length).toArray());
    }

    private int flags() {
        return hasAllFields ? DELIVERED | 0x02 | 0x04 | 0x08 | 0x10 | 0x20 | 0x40 : DELIVERED;
    }

    private Bytes head(String target, boolean isSplit) {
        Bytes head = new Bytes();
        uuid(head).u64(ttlMicros).u32(credit).u8(hasAllFields ? 3 : 0);
        head.name(operation).name(target).name("").name(hasAllFields ? "text/plain" : "");
        if (hasAllFields) {
            head.name("key-1").name("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            uuid(head);
        }
        head.name(hasAllFields ? "caller-1" : "")
                .text(hasAllFields ? "ann" : "")
                .u32(hasAllFields ? 2 : 1);
        if (hasAllFields) {
            head.headers("a", "1", "a", "zwei", "b", "Grüße");
        }
        return isSplit ? head.u32(payload.length) : head;
    }

    private static Bytes uuid(Bytes to) {
        UUID id = UUID.randomUUID();
        return to.u64(id.getMostSignificantBits()).u64(id.getLeastSignificantBits());
    }
}
