package io.sommelier.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What comes back for one command; finds each frame broken that may not come in this state, or exceeds the credit. Confined to one thread. */
final class Reply {
    private static final int MORE = 0x01;
    private static final int CONTENT_TYPE = 0x02;
    private static final int STATUS = 0x04;
    private static final int RETRYABLE = 0x08;
    private static final int HEADERS = 0x40;
    private static final long LEAST_COST = 128;

    private final int stream;
    private final Limits limits;
    private final List<byte[]> data = new ArrayList<>();

    private long credit;
    private boolean isAnswered;
    private boolean isCancelled;
    private boolean isOver;
    private Terminal terminal;

    // A part of which a piece is still to come.
    private int splitType;
    private long splitLength;
    private ByteArrayOutputStream pieces;
    private Function<byte[], Terminal> end;

    Reply(int stream, long credit, Limits limits) {
        this.stream = stream;
        this.credit = credit;
        this.limits = limits;
    }

    int stream() {
        return stream;
    }

    /** The payloads of the DATA parts so far. */
    List<byte[]> data() {
        return data;
    }

    /** How it ended; {@code null} while it has not. */
    Terminal terminal() {
        return terminal;
    }

    boolean isAnswered() {
        return isAnswered;
    }

    void give(long bytes) {
        credit += bytes;
    }

    void cancelled() {
        isCancelled = true;
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /** The connector has read the CANCEL, since it answered what was sent behind it. */
    void cancelWasRead() {
        isOver = true;
    }

    void take(Frame frame) {
        if (isOver || terminal != null) {
            throw new Broken("%s on stream %s, which %s"
                    .formatted(frame.name(), number(), terminal != null ? "has ended" : "was cancelled before"));
        }
        if (isCancelled) {
            return; // it crossed the CANCEL
        }
        if (pieces != null && frame.type() != Frame.CONTINUATION) {
            throw new Broken("%s on stream %s between the pieces of %s"
                    .formatted(frame.name(), number(), new Frame(splitType, 0, 0, new byte[0]).name()));
        }
        switch (frame.type()) {
            case Frame.ACCEPTED -> accepted(frame);
            case Frame.DATA -> data(frame);
            case Frame.COMPLETE, Frame.FAILED -> terminal(frame);
            case Frame.CONTINUATION -> continuation(frame);
            default -> throw new Broken(frame.name() + " does not come back for a command");
        }
    }

    private void accepted(Frame frame) {
        allow(frame, CONTENT_TYPE | STATUS | HEADERS);
        if (isAnswered) {
            throw new Broken("ACCEPTED on stream %s comes behind ACCEPTED or DATA".formatted(number()));
        }
        isAnswered = true;
        Fields fields = new Fields(frame);
        describe(fields, frame);
        fields.end();
    }

    private void data(Frame frame) {
        allow(frame, MORE | CONTENT_TYPE | STATUS | HEADERS);
        isAnswered = true;
        Fields fields = new Fields(frame);
        long sequence = fields.u64("sequence");
        if (sequence != data.size()) {
            throw new Broken("DATA on stream %s has sequence %s, expected is %d"
                    .formatted(number(), Long.toUnsignedString(sequence), data.size()));
        }
        describe(fields, frame);
        long length = frame.has(MORE) ? fields.u32("length of the payload") : -1;
        ByteBuffer payload = fields.rest();
        long cost = Math.max(LEAST_COST, length < 0 ? payload.remaining() : length);
        if (credit <= 0) {
            throw new Broken("DATA %d on stream %s although its credit is %d".formatted(sequence, number(), credit));
        }
        credit -= cost;
        if (length < 0) {
            data.add(new Bytes().raw(payload).toArray());
        } else {
            begin(frame, length, payload);
        }
    }

    private void terminal(Frame frame) {
        boolean isComplete = frame.type() == Frame.COMPLETE;
        allow(frame, MORE | CONTENT_TYPE | STATUS | HEADERS | (isComplete ? 0 : RETRYABLE));
        Fields fields = new Fields(frame);
        long count = fields.u64("count");
        if (count != data.size()) {
            throw new Broken("%s on stream %s counts %s DATA, %d came"
                    .formatted(frame.name(), number(), Long.toUnsignedString(count), data.size()));
        }
        end = isComplete
                ? bytes -> new Terminal(true, 0, 0, "", bytes)
                : failed(fields.u16("code"), outcome(fields), message(fields));
        describe(fields, frame);
        if (frame.has(MORE)) {
            long length = fields.u32("length of the payload");
            begin(frame, length, fields.rest());
        } else {
            terminal = end.apply(new Bytes().raw(fields.rest()).toArray());
        }
    }

    private static Function<byte[], Terminal> failed(int code, int outcome, String message) {
        return payload -> new Terminal(false, code, outcome, message, payload);
    }

    private static int outcome(Fields fields) {
        int outcome = fields.u8("outcome");
        if (outcome < 1 || outcome > 5) {
            throw new Broken("FAILED: outcome is %d, allowed are 1 to 5".formatted(outcome));
        }
        return outcome;
    }

    private static String message(Fields fields) {
        int stage = fields.u8("stage");
        if (stage < 1 || stage > 11) {
            throw new Broken("FAILED: stage is %d, allowed are 1 to 11".formatted(stage));
        }
        return fields.text("message");
    }

    private void describe(Fields fields, Frame frame) {
        if (frame.has(CONTENT_TYPE)) {
            fields.label("content type");
        }
        if (frame.has(STATUS)) {
            int status = fields.u16("status");
            if (status < 200 || status > 599) {
                throw new Broken("%s: status %d, allowed are 200 to 599".formatted(frame.name(), status));
            }
        }
        if (frame.has(HEADERS)) {
            fields.headers(limits.headers());
        }
    }

    private void begin(Frame frame, long length, ByteBuffer first) {
        if (length > limits.message()) {
            throw new Broken("%s on stream %s announces %d bytes, agreed are %d"
                    .formatted(frame.name(), number(), length, limits.message()));
        }
        if (first.remaining() > length) {
            throw new Broken("%s on stream %s has %d bytes of a payload of %d, and flag MORE"
                    .formatted(frame.name(), number(), first.remaining(), length));
        }
        splitType = frame.type();
        splitLength = length;
        pieces = new ByteArrayOutputStream();
        pieces.writeBytes(new Bytes().raw(first).toArray());
    }

    private void continuation(Frame frame) {
        allow(frame, MORE);
        if (pieces == null) {
            throw new Broken("CONTINUATION on stream %s continues nothing".formatted(number()));
        }
        if (frame.body().length == 0) {
            throw new Broken("CONTINUATION on stream %s has nothing in it".formatted(number()));
        }
        pieces.writeBytes(frame.body());
        boolean isLast = !frame.has(MORE);
        if (pieces.size() > splitLength || isLast != (pieces.size() == splitLength)) {
            throw new Broken("the pieces on stream %s do not add up: %d of %d bytes, flag MORE is %s"
                    .formatted(number(), pieces.size(), splitLength, isLast ? "not set" : "set"));
        }
        if (isLast) {
            if (splitType == Frame.DATA) {
                data.add(pieces.toByteArray());
            } else {
                terminal = end.apply(pieces.toByteArray());
            }
            pieces = null;
        }
    }

    private static void allow(Frame frame, int flags) {
        if ((frame.flags() & ~flags) != 0) {
            throw new Broken(
                    "%s: flags are 0x%02x, allowed are those of 0x%02x".formatted(frame.name(), frame.flags(), flags));
        }
    }

    private String number() {
        return Integer.toUnsignedString(stream);
    }
}
