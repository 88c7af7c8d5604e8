package io.sommelier.conformance;

/** What two ends agree on. Immutable. */
record Limits(long frame, long message, long headers, long streams) {
    static Limits read(Fields fields) {
        long frame = fields.u32("largest frame", 16 << 10, 16 << 20);
        long message = fields.u32("largest payload", 1 << 10, 1 << 30);
        long headers = fields.u32("largest header block", 0, Math.min(65_535, frame / 2));
        return new Limits(frame, message, headers, fields.u32("most streams", 1, 1_000_000));
    }

    Bytes write(Bytes to) {
        return to.u32(frame).u32(message).u32(headers).u32(streams);
    }

    /** Where messages are whole, no frame is too large. */
    Limits withoutFrames() {
        return new Limits(16 << 20, message, headers, streams);
    }

    Limits smallerOf(Limits other) {
        return new Limits(
                Math.min(frame, other.frame),
                Math.min(message, other.message),
                Math.min(headers, other.headers),
                Math.min(streams, other.streams));
    }
}
