package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import java.util.ArrayDeque;
import java.util.List;

/** The commands that the peer sent, and the replies to them. Confined to the link's thread. */
final class TakenCommands {
    private final LinkParts link;
    private final StreamTable<InStream> streams = new StreamTable<>();
    private int highestNumber;

    TakenCommands(LinkParts link) {
        this.link = link;
    }

    void receiveCommand(Frame frame) {
        int number = frame.stream();
        checkOpenable(number);
        MessageReader reader = link.reader;
        reader.readCommand(frame);
        if (reader.delivered && !link.connector) {
            throw new ProtocolViolationException("a connector says who sent a command: source and principal");
        }
        if (Integer.compareUnsigned(number, highestNumber) > 0) {
            highestNumber = number;
        }
        boolean more = frame.has(Frames.MORE);
        Command command = reader.refusal == null ? build(frame, more) : null;
        InStream stream = new InStream(number);
        if (reader.refusal == null && more) {
            begin(stream, frame);
        }
        if (reader.refusal != null) {
            link.messages.failed(number, 0, reader.commandRefusal());
            stream.refused = true;
            if (more) {
                streams.put(number, stream);
            }
        } else {
            streams.put(number, stream);
            stream.credit = reader.credit;
            if (!more) {
                link.handler.command(stream, command, reader.credit, reader.source, reader.principal, reader.attempt);
            }
        }
    }

    private void checkOpenable(int number) {
        if (number == 0 || link.isOurs(number)) {
            throw new ProtocolViolationException("a command has stream " + text(number));
        }
        if (streams.get(number) != null) {
            throw new ProtocolViolationException("stream " + text(number) + " is in use");
        }
        if (streams.size() >= link.limits.maxStreams()) {
            throw new ProtocolViolationException("more than " + link.limits.maxStreams() + " streams are open");
        }
    }

    /** Builds a whole command; of a split one only tries whether it can be built. */
    private Command build(Frame frame, boolean more) {
        MessageReader reader = link.reader;
        try {
            if (!more) {
                reader.command.payload(frame.bytes(frame.remaining()));
            }
            return reader.command.build();
        } catch (IllegalArgumentException e) {
            reader.refuse(ErrorCode.INVALID_COMMAND, e.getMessage());
            return null;
        }
    }

    private void begin(InStream stream, Frame frame) {
        MessageReader reader = link.reader;
        Assembly assembly = link.space.begin(reader.payloadBytes, frame.read());
        if (assembly == null || !assembly.add(frame)) {
            if (assembly != null) {
                assembly.drop();
            }
            reader.refuse(ErrorCode.OVERLOADED, "no space to put a command together");
            return;
        }
        stream.arriving = new InStream.Arriving(reader, assembly, link.nanoClock.getAsLong());
    }

    void receiveContinuation(Frame frame) {
        InStream stream = find(frame.stream());
        if (stream == null) {
            return;
        }
        boolean more = frame.has(Frames.MORE);
        if (stream.refused) {
            if (!more) {
                streams.remove(stream.number);
            }
            return;
        }
        if (stream.arriving == null) {
            throw new ProtocolViolationException("CONTINUATION of nothing on stream " + text(stream.number));
        }
        if (!stream.arriving.assembly.add(frame)) {
            stream.arriving.assembly.drop();
            stream.arriving = null;
            stream.refused = true;
            if (!more) {
                streams.remove(stream.number);
            }
            link.messages.failed(
                    stream.number,
                    0,
                    CommandError.of(
                            ErrorCode.OVERLOADED,
                            Outcome.REFUSED,
                            Stage.INGRESS,
                            "no space to put a command together"));
        } else if (!more) {
            deliver(stream);
        }
    }

    private void deliver(InStream stream) {
        InStream.Arriving whole = stream.arriving;
        stream.arriving = null;
        long remainingNanos = whole.remainingNanos - (link.nanoClock.getAsLong() - whole.sinceNanos);
        Command command = whole.command
                .payload(whole.assembly.finish())
                .remainingNanos(remainingNanos)
                .build();
        link.handler.command(stream, command, stream.credit, whole.source, whole.principal, whole.attempt);
    }

    void receiveCredit(Frame frame) {
        frame.allowFlags(0);
        int bytes = frame.u32();
        frame.end();
        if (bytes <= 0) {
            throw new ProtocolViolationException("credit " + Integer.toUnsignedString(bytes) + " is out of range");
        }
        InStream stream = find(frame.stream());
        if (stream != null) {
            stream.credit += bytes;
            if (!stream.closed && !stream.refused && stream.arriving == null) {
                link.handler.credit(stream, bytes);
            }
        }
    }

    void receiveCancel(Frame frame) {
        frame.allowFlags(0);
        String reason = frame.text();
        frame.end();
        InStream stream = find(frame.stream());
        if (stream != null) {
            streams.remove(stream.number);
            if (end(stream)) {
                link.handler.cancelled(stream, reason);
            }
        }
    }

    void admitted(InStream stream) {
        if (!stream.closed && !stream.admitted && !stream.answered) {
            stream.admitted = true;
            link.writer.begin(Frames.ADMITTED, 0, stream.number).end();
        }
    }

    void part(InStream stream, Part given) {
        if (stream.closed) {
            return;
        }
        String disorder = disorder(stream, given);
        Part part = given;
        if (disorder != null) {
            Outcome outcome = given.status().isTerminal() ? Outcome.REPLY_LOST : Outcome.UNKNOWN;
            part = failed(stream, ErrorCode.BAD_REPLY, outcome, disorder);
        } else if (isTooLarge(given)) {
            part = withoutWhatIsTooLarge(stream, given);
        } else if (given.status() == PartStatus.FAILED && given.finalCount() != stream.dataCount) {
            part = given.toBuilder().finalCount(stream.dataCount).build();
        }
        stream.answered = true;
        if (part.status() == PartStatus.DATA) {
            stream.dataCount++;
            stream.credit -= part.cost();
        }
        stream.closed = part.status().isTerminal();
        if (stream.split != null) {
            if (stream.waiting == null) {
                stream.waiting = new ArrayDeque<>();
            }
            stream.waiting.add(part);
        } else {
            write(stream, part);
        }
        if (stream.closed && !given.status().isTerminal()) {
            link.handler.cancelled(stream, part.error().orElseThrow().message());
        }
    }

    /** What is wrong with a part of our own side: it must not become the fault of the whole link. {@code null} when all is well. */
    private static String disorder(InStream stream, Part part) {
        return switch (part.status()) {
            case ACCEPTED -> stream.answered ? "ACCEPTED came after another part" : null;
            case DATA ->
                part.sequence() != stream.dataCount
                        ? "DATA came with sequence " + part.sequence() + " where " + stream.dataCount + " was due"
                        : stream.credit <= 0 ? "DATA came without credit" : null;
            case COMPLETE ->
                part.finalCount() != stream.dataCount
                        ? "COMPLETE counted " + part.finalCount() + " DATA where there were " + stream.dataCount
                        : null;
            case FAILED -> null;
        };
    }

    private boolean isTooLarge(Part part) {
        return part.payload().size() > link.limits.maxMessageBytes()
                || part.headers().encodedSize() > link.limits.maxHeaderBytes();
    }

    private Part withoutWhatIsTooLarge(InStream stream, Part part) {
        if (part.status() == PartStatus.FAILED) {
            return part.toBuilder()
                    .payload(Payload.empty())
                    .headers(Headers.none())
                    .finalCount(stream.dataCount)
                    .build();
        }
        return failed(
                stream,
                ErrorCode.REPLY_TOO_LARGE,
                Outcome.REPLY_LOST,
                "part with payload of " + part.payload().size() + " and headers of "
                        + part.headers().encodedSize() + " bytes, allowed are at most "
                        + link.limits.maxMessageBytes() + " and " + link.limits.maxHeaderBytes());
    }

    private static Part failed(InStream stream, ErrorCode code, Outcome outcome, String message) {
        return Part.failed(new CommandError(code, outcome, false, Stage.RETURN, message))
                .finalCount(stream.dataCount)
                .build();
    }

    private void write(InStream stream, Part part) {
        if (!link.messages.part(stream.number, part)) {
            stream.split = link.splits.add(stream.number, part.payload(), () -> isOut(stream, part));
        } else if (part.status().isTerminal()) {
            streams.remove(stream.number);
        }
    }

    /** A split part is out: those that waited for it follow. */
    private void isOut(InStream stream, Part part) {
        stream.split = null;
        if (part.status().isTerminal()) {
            streams.remove(stream.number);
        }
        while (stream.split == null && stream.waiting != null) {
            Part next = stream.waiting.poll();
            if (stream.waiting.isEmpty()) {
                stream.waiting = null;
            }
            write(stream, next);
        }
    }

    /** The stream of that number, or {@code null} when it has ended here, which is a normal race. */
    private InStream find(int number) {
        if (number == 0 || link.isOurs(number)) {
            throw new ProtocolViolationException("a frame of a command has stream " + text(number));
        }
        InStream stream = streams.get(number);
        if (stream == null) {
            if (Integer.compareUnsigned(number, highestNumber) > 0) {
                throw new ProtocolViolationException("stream " + text(number) + " was never opened");
            }
            link.lateFrames++;
        }
        return stream;
    }

    /** Whether no stream is open. */
    boolean isIdle() {
        return streams.size() == 0;
    }

    /** Closes them all, tells nobody, and gives back those whose owner does not know of their end. */
    List<InStream> closeAll() {
        List<InStream> all = streams.removeAll();
        all.removeIf(stream -> !end(stream));
        return all;
    }

    /** Ends a stream. Returns whether its owner is to be told. */
    private static boolean end(InStream stream) {
        boolean isKnownAndOpen = !stream.refused && stream.arriving == null && !stream.closed;
        stream.closed = true;
        stream.dropUnsent();
        if (stream.arriving != null) {
            stream.arriving.assembly.drop();
            stream.arriving = null;
        }
        return isKnownAndOpen;
    }

    private static String text(int number) {
        return Integer.toUnsignedString(number);
    }
}
