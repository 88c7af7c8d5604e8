package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;

/**
 * Reads COMMAND and the parts of replies up to their payload; {@code PROTOCOL.md} shows their bytes. What was read last stands in its fields, so that reading makes
 * no objects but those that stay. A frame that does not add up is a violation of the link; a value that is not acceptable fails that command or reply alone, and
 * is told by {@link #refusal}. Confined to the link's thread.
 */
final class MessageReader {
    private static final int COMMAND_FLAGS = 0xff;
    private static final int PART_FLAGS = Frames.PART_CONTENT_TYPE | Frames.PART_STATUS | Frames.HEADERS;

    private final NameCache names;
    private Limits limits;

    /** Of the last COMMAND. */
    Command.Builder command;

    long remainingNanos;
    long credit;
    boolean delivered;
    String source;
    String principal;
    int attempt;

    /** Of the last part. */
    Part.Builder part;
    /** Its sequence, or its final count. */
    long count;

    /** Of the last of both: the bytes of the whole payload; why it cannot be taken, or {@code null}. */
    int payloadBytes;

    ErrorCode refusal;
    String refusalMessage;

    MessageReader(NameCache names) {
        this.names = names;
    }

    void limits(Limits agreed) {
        limits = agreed;
    }

    void readCommand(Frame frame) {
        refusal = null;
        frame.allowFlags(COMMAND_FLAGS);
        var id = frame.id();
        remainingNanos = nanos(frame.u64());
        credit = frame.u32() & 0xffff_ffffL;
        if (credit > Frames.MAX_CREDIT) {
            throw new ProtocolViolationException("initial credit " + credit + " is above " + Frames.MAX_CREDIT);
        }
        int hops = frame.u8();
        String operation = frame.name();
        String targetId = frame.name();
        String instance = frame.name();
        String contentType = frame.name();
        String key = frame.has(Frames.COMMAND_KEY) ? frame.name() : "";
        String trace = frame.has(Frames.COMMAND_TRACE) ? frame.name() : "";
        var replayOf = frame.has(Frames.COMMAND_REPLAY) ? frame.id() : null;
        readDelivered(frame);
        Headers headers = readHeaders(frame, ErrorCode.INVALID_COMMAND, ErrorCode.HEADERS_TOO_LARGE);
        readPayloadSize(frame, ErrorCode.PAYLOAD_TOO_LARGE);
        try {
            Target target = names.target(targetId, instance);
            command = Command.to(target, operation)
                    .id(id)
                    .remainingNanos(remainingNanos)
                    .hops(hops)
                    .headers(headers)
                    .durable(frame.has(Frames.COMMAND_DURABLE))
                    .idempotent(frame.has(Frames.COMMAND_IDEMPOTENT));
            if (!contentType.isEmpty()) {
                command.contentType(contentType);
            }
            if (!key.isEmpty()) {
                command.idempotencyKey(key);
            }
            if (!trace.isEmpty()) {
                command.traceparent(trace);
            }
            if (replayOf != null) {
                command.replayOf(replayOf);
            }
        } catch (IllegalArgumentException e) {
            refuse(ErrorCode.INVALID_COMMAND, e.getMessage());
        }
    }

    private void readDelivered(Frame frame) {
        delivered = frame.has(Frames.COMMAND_DELIVERED);
        source = delivered ? frame.name() : "";
        principal = delivered ? frame.longName() : "";
        attempt = delivered ? frame.u32() : 1;
        if (attempt < 1) {
            throw new ProtocolViolationException("attempt " + Integer.toUnsignedString(attempt) + " is out of range");
        }
    }

    /** Reads an ACCEPTED, DATA or COMPLETE, or a FAILED. */
    void readPart(Frame frame) {
        refusal = null;
        int type = frame.type();
        frame.allowFlags(PART_FLAGS
                | (type == Frames.FAILED ? Frames.FAILED_RETRYABLE : 0)
                | (type == Frames.ACCEPTED ? 0 : Frames.MORE));
        count = type == Frames.ACCEPTED ? 0 : frame.u64();
        CommandError error = type == Frames.FAILED ? readError(frame) : null;
        String contentType = frame.has(Frames.PART_CONTENT_TYPE) ? frame.name() : "";
        int status = frame.has(Frames.PART_STATUS) ? frame.u16() : 0;
        Headers headers = readHeaders(frame, ErrorCode.BAD_REPLY, ErrorCode.REPLY_TOO_LARGE);
        readPayloadSize(frame, ErrorCode.REPLY_TOO_LARGE);
        part = switch (type) {
            case Frames.ACCEPTED -> Part.accepted();
            case Frames.DATA -> Part.data(Payload.empty()).sequence(count);
            case Frames.COMPLETE -> Part.complete(Payload.empty()).finalCount(count);
            default -> Part.failed(error).finalCount(count);
        };
        if (type == Frames.ACCEPTED) {
            frame.end();
        }
        try {
            part.headers(headers);
            if (!contentType.isEmpty()) {
                part.contentType(contentType);
            }
            if (status != 0) {
                part.suggestedStatus(status);
            }
        } catch (IllegalArgumentException e) {
            refuse(ErrorCode.BAD_REPLY, e.getMessage());
        }
    }

    /** What becomes of a command that was refused. */
    CommandError commandRefusal() {
        return CommandError.of(refusal, Outcome.REFUSED, Stage.INGRESS, refusalMessage);
    }

    /** Keeps the first reason why the message cannot be taken. */
    void refuse(ErrorCode code, String message) {
        if (refusal == null) {
            refusal = code;
            refusalMessage = message;
        }
    }

    private static CommandError readError(Frame frame) {
        ErrorCode code = ErrorCode.ofNumber(frame.u16());
        Outcome outcome = Outcome.ofNumber(frame.u8());
        Stage stage = Stage.ofNumber(frame.u8());
        return new CommandError(code, outcome, frame.has(Frames.FAILED_RETRYABLE), stage, frame.text());
    }

    private Headers readHeaders(Frame frame, ErrorCode ifMalformed, ErrorCode ifTooLarge) {
        if (!frame.has(Frames.HEADERS)) {
            return Headers.none();
        }
        int size = frame.u16();
        if (size > limits.maxHeaderBytes()) {
            frame.skip(size);
            refuse(ifTooLarge, "headers of " + size + " bytes, allowed are at most " + limits.maxHeaderBytes());
            return Headers.none();
        }
        try {
            return frame.headers(size);
        } catch (IllegalArgumentException e) {
            refuse(ifMalformed, e.getMessage());
            return Headers.none();
        }
    }

    private void readPayloadSize(Frame frame, ErrorCode ifTooLarge) {
        payloadBytes = frame.remaining();
        if (frame.has(Frames.MORE)) {
            payloadBytes = frame.u32();
            if (payloadBytes < 0 || payloadBytes <= frame.remaining()) {
                throw new ProtocolViolationException("a split message of " + Integer.toUnsignedString(payloadBytes)
                        + " bytes has its first " + frame.remaining() + ", and more follow");
            }
        }
        if (payloadBytes > limits.maxMessageBytes()) {
            refuse(
                    ifTooLarge,
                    "payload of " + payloadBytes + " bytes, allowed are at most " + limits.maxMessageBytes());
        }
    }

    private static long nanos(long micros) {
        return micros < 0 || micros > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : micros * 1000;
    }
}
