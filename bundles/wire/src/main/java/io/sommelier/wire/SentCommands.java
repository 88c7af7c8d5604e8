package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import java.util.List;

/** The commands that this end sent, and the replies to them. Confined to the link's thread. */
final class SentCommands {
    private final LinkParts link;
    private final StreamNumbers numbers;
    private final StreamTable<OutStream> streams = new StreamTable<>();

    SentCommands(LinkParts link) {
        this.link = link;
        this.numbers = new StreamNumbers(link.connector);
    }

    OutStream send(
            Command command,
            long remainingNanos,
            long initialCredit,
            String source,
            String principal,
            int attempt,
            Object attachment) {
        checkSendable(command);
        checkSender(source, principal);
        OutStream stream = new OutStream(numbers.take(streams), attachment);
        stream.granted = Math.min(initialCredit, Frames.MAX_CREDIT);
        stream.reserve = initialCredit - stream.granted;
        streams.put(stream.number, stream);
        boolean whole = link.messages.command(
                stream.number, command, remainingNanos, stream.granted, !link.connector, source, principal, attempt);
        if (!whole) {
            stream.split = link.splits.add(stream.number, command.payload(), () -> stream.split = null);
        }
        return stream;
    }

    private void checkSendable(Command command) {
        if (streams.size() >= link.limits.maxStreams()) {
            throw notSent(ErrorCode.OVERLOADED, streams.size() + " commands are under way on this channel");
        }
        int payloadBytes = command.payload().size();
        if (payloadBytes > link.limits.maxMessageBytes()) {
            throw notSent(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "payload of " + payloadBytes + " bytes, allowed are at most " + link.limits.maxMessageBytes());
        }
        int headerBytes = command.headers().encodedSize();
        if (headerBytes > link.limits.maxHeaderBytes()) {
            throw notSent(
                    ErrorCode.HEADERS_TOO_LARGE,
                    "headers of " + headerBytes + " bytes, allowed are at most " + link.limits.maxHeaderBytes());
        }
    }

    private static void checkSender(String source, String principal) {
        if (source.length() > Command.MAX_TEXT || principal.length() > Frames.MAX_PRINCIPAL) {
            throw notSent(
                    ErrorCode.INVALID_COMMAND,
                    "source of " + source.length() + " and principal of " + principal.length()
                            + " characters, allowed are at most " + Command.MAX_TEXT + " and "
                            + Frames.MAX_PRINCIPAL);
        }
    }

    private static CommandException notSent(ErrorCode code, String message) {
        return new CommandException(CommandError.of(code, Outcome.NOT_SENT, Stage.SEND_QUEUE, message));
    }

    void credit(OutStream stream, long bytes) {
        if (!stream.closed) {
            stream.reserve = stream.reserve + bytes < 0 ? Long.MAX_VALUE : stream.reserve + bytes;
            grantFromReserve(stream);
        }
    }

    /** Tells the peer of as much as may be out at once; what is left is told when half of that is used. */
    private void grantFromReserve(OutStream stream) {
        long room = Frames.MAX_CREDIT - stream.granted;
        long bytes = Math.min(Math.min(stream.reserve, room), Frames.MAX_CREDIT);
        if (bytes > 0) {
            stream.granted += bytes;
            stream.reserve -= bytes;
            link.writer.begin(Frames.CREDIT, 0, stream.number).u32((int) bytes).end();
        }
    }

    void cancel(OutStream stream, String reason) {
        if (!stream.closed) {
            end(stream);
            link.writeCancel(stream.number, reason);
        }
    }

    void receiveAdmitted(Frame frame) {
        frame.allowFlags(0);
        frame.end();
        OutStream stream = find(frame.stream());
        if (stream != null) {
            if (stream.admitted || stream.answered || stream.arriving != null) {
                throw new ProtocolViolationException("ADMITTED is out of order on stream " + text(stream.number));
            }
            stream.admitted = true;
            link.handler.admitted(stream);
        }
    }

    void receivePart(Frame frame) {
        OutStream stream = find(frame.stream());
        if (stream == null) {
            return;
        }
        if (stream.arriving != null) {
            throw new ProtocolViolationException("a part comes inside another on stream " + text(stream.number));
        }
        MessageReader reader = link.reader;
        reader.readPart(frame);
        checkOrder(stream, frame.type());
        boolean isTerminal = frame.type() == Frames.COMPLETE || frame.type() == Frames.FAILED;
        if (frame.has(Frames.MORE) && reader.refusal == null) {
            begin(stream, frame, isTerminal);
        }
        if (reader.refusal != null) {
            refuse(stream, reader.refusal, reader.refusalMessage, isTerminal, frame.has(Frames.MORE));
        } else if (!frame.has(Frames.MORE)) {
            deliver(stream, reader.part.payload(frame.bytes(frame.remaining())).build(), isTerminal);
        }
    }

    private void checkOrder(OutStream stream, int type) {
        long count = link.reader.count;
        if (type == Frames.ACCEPTED) {
            if (stream.answered) {
                throw new ProtocolViolationException("ACCEPTED is out of order on stream " + text(stream.number));
            }
        } else if (count != stream.dataCount) {
            throw new ProtocolViolationException("a part counts " + Long.toUnsignedString(count) + " where "
                    + stream.dataCount + " is due on stream " + text(stream.number));
        }
        if (type == Frames.DATA) {
            if (stream.granted <= 0) {
                throw new ProtocolViolationException("DATA without credit on stream " + text(stream.number));
            }
            stream.granted -= Math.max(Part.MIN_COST_BYTES, link.reader.payloadBytes);
            stream.dataCount++;
        }
        stream.answered = true;
    }

    private void begin(OutStream stream, Frame frame, boolean isTerminal) {
        MessageReader reader = link.reader;
        Assembly assembly = link.space.begin(reader.payloadBytes, frame.read());
        if (assembly == null || !assembly.add(frame)) {
            if (assembly != null) {
                assembly.drop();
            }
            reader.refuse(ErrorCode.REPLY_TOO_LARGE, "no space to put a part together");
            return;
        }
        stream.arriving = reader.part;
        stream.arrivingIsTerminal = isTerminal;
        stream.assembly = assembly;
    }

    void receiveContinuation(Frame frame) {
        OutStream stream = find(frame.stream());
        if (stream == null) {
            return;
        }
        if (stream.arriving == null) {
            throw new ProtocolViolationException("CONTINUATION of nothing on stream " + text(stream.number));
        }
        boolean more = frame.has(Frames.MORE);
        if (!stream.assembly.add(frame)) {
            refuse(
                    stream,
                    ErrorCode.REPLY_TOO_LARGE,
                    "no space to put a part together",
                    stream.arrivingIsTerminal,
                    more);
        } else if (!more) {
            Payload payload = stream.assembly.finish();
            Part part = stream.arriving.payload(payload).build();
            stream.assembly = null;
            stream.arriving = null;
            deliver(stream, part, stream.arrivingIsTerminal);
        }
    }

    private void deliver(OutStream stream, Part part, boolean isTerminal) {
        if (isTerminal) {
            endByPeer(stream);
        } else if (stream.reserve > 0 && stream.granted < Frames.MAX_CREDIT / 2) {
            grantFromReserve(stream);
        }
        link.handler.part(stream, part);
    }

    /** Ends a reply of which a part cannot be taken, though the peer keeps to the order. */
    private void refuse(OutStream stream, ErrorCode code, String message, boolean isTerminal, boolean more) {
        end(stream);
        if (!isTerminal || more) {
            link.writeCancel(stream.number, message);
        }
        Outcome outcome = isTerminal || code == ErrorCode.REPLY_TOO_LARGE ? Outcome.REPLY_LOST : Outcome.UNKNOWN;
        CommandError error = new CommandError(code, outcome, false, Stage.RETURN, message);
        link.handler.part(
                stream, Part.failed(error).finalCount(stream.dataCount).build());
    }

    /** The peer has ended the stream. If the command was still going out, it must hear that no more of it comes. */
    private void endByPeer(OutStream stream) {
        boolean wasGoingOut = stream.split != null;
        end(stream);
        if (wasGoingOut) {
            link.writeCancel(stream.number, "");
        }
    }

    private void end(OutStream stream) {
        stream.closed = true;
        streams.remove(stream.number);
        if (stream.split != null) {
            stream.split.drop();
            stream.split = null;
        }
        stream.dropArriving();
    }

    /** The stream of that number, or {@code null} when it has ended here, which is a normal race. */
    private OutStream find(int number) {
        if (number == 0 || !link.isOurs(number)) {
            throw new ProtocolViolationException("a frame of a reply has stream " + text(number));
        }
        OutStream stream = streams.get(number);
        if (stream == null) {
            if (!numbers.wasGiven(number)) {
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

    /** Closes them all, tells nobody, and gives them back. */
    List<OutStream> closeAll() {
        List<OutStream> all = streams.removeAll();
        for (OutStream stream : all) {
            stream.closed = true;
            stream.dropArriving();
            stream.split = null;
        }
        return all;
    }

    private static String text(int number) {
        return Integer.toUnsignedString(number);
    }
}
