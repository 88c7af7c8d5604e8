package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.api.Welcome;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One end of a channel over one socket, whoever opened it. Confined to one thread: every method is called on it, and calls its handler and its sink on it.
 *
 * <p>The handler and the sink may call every method from inside theirs. After the end every method does nothing, except {@link #send}, which throws. What the peer
 * does wrong ends the link with {@link CloseReason#PROTOCOL_ERROR}, and is never thrown. {@code PROTOCOL.md} has the states and the rules.
 */
public final class Link {
    private enum State {
        NEW,
        /** The hello, or its answer, is awaited. */
        OPENED,
        /** The controller's end has the hello, and its owner has not answered. */
        ASKED,
        ACTIVE,
        CLOSED
    }

    private final LinkSettings settings;
    private final LinkSink sink;
    private final LinkHandler handler;
    private final LongSupplier nanoClock;
    private final Hello hello;
    private final boolean connector;
    private final LinkParts parts;
    private final FrameReader reader;
    private final SentCommands sent;
    private final TakenCommands taken;
    private final Heartbeat heartbeat;
    private final ControlFrames control = new ControlFrames();
    private final ArrayDeque<ByteBuf> receivedMeanwhile = new ArrayDeque<>();

    private State state = State.NEW;
    private long sinceNanos;
    private Limits offered;
    private Set<String> operationsToTell;
    private boolean drainToTell;
    private boolean peerDrains;
    private boolean writable = true;
    private boolean flushing;
    private boolean receiving;

    private Link(
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock,
            Hello hello) {
        this.settings = settings;
        this.sink = sink;
        this.handler = handler;
        this.nanoClock = nanoClock;
        this.hello = hello;
        connector = hello != null;
        parts = new LinkParts(connector, settings, sink, handler, allocator, nanoClock);
        reader = new FrameReader(allocator, parts.frame, !connector);
        sent = new SentCommands(parts);
        taken = new TakenCommands(parts);
        heartbeat = new Heartbeat(parts.writer, settings.heartbeat().toNanos());
    }

    /** The controller's end: waits for a hello. */
    public static Link ofController(
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock) {
        return new Link(settings, sink, handler, allocator, nanoClock, null);
    }

    /**
     * The connector's end: says hello at {@link #start}.
     *
     * @throws IllegalArgumentException when the secret of the credential has more than 16 KiB
     */
    public static Link ofConnector(
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock,
            Hello hello) {
        HelloFrames.checkSecret(hello.credential());
        return new Link(settings, sink, handler, allocator, nanoClock, hello);
    }

    /** The socket is open. Called once; does nothing after {@link #close}. */
    public void start() {
        if (state == State.CLOSED) {
            return;
        }
        demand(State.NEW, "start");
        state = State.OPENED;
        sinceNanos = nanoClock.getAsLong();
        if (connector) {
            boolean allNamed = HelloFrames.writeHello(parts.writer, hello, settings);
            if (!allNamed && operationsToTell == null) {
                operationsToTell = hello.operations();
            }
            parts.writer.handOver();
        }
    }

    /** Bytes came, any number; all are read, an incomplete frame is kept. Does not release the buffer. */
    public void receive(ByteBuf bytes) {
        if (receiving) { // from inside a callback: these bytes come behind those being read
            receivedMeanwhile.add(bytes.readRetainedSlice(bytes.readableBytes()));
            return;
        }
        receiving = true;
        boolean sound = false;
        try {
            read(bytes);
            while (!receivedMeanwhile.isEmpty()) {
                ByteBuf more = receivedMeanwhile.poll();
                try {
                    read(more);
                } finally {
                    more.release();
                }
            }
            sound = true;
        } finally {
            receiving = false;
            if (!sound) { // the handler threw: what is left of the bytes is lost, so the link is
                receivedMeanwhile.forEach(ByteBuf::release);
                receivedMeanwhile.clear();
                close(new Goodbye(CloseReason.OTHER, true, "internal error"));
            }
        }
    }

    private void read(ByteBuf bytes) {
        if (state != State.CLOSED && bytes.isReadable()) {
            heartbeat.heard(nanoClock.getAsLong());
        }
        try {
            while (state != State.CLOSED && reader.next(bytes)) {
                dispatch(parts.frame);
                parts.writer.spill();
            }
        } catch (ProtocolViolationException e) {
            // Who does not even speak the protocol need not come back.
            boolean comeBack = connector || state == State.ACTIVE;
            close(new Goodbye(CloseReason.PROTOCOL_ERROR, comeBack, e.getMessage()));
        }
        bytes.skipBytes(bytes.readableBytes());
    }

    private void dispatch(Frame frame) {
        int type = frame.type();
        if (type >= Frames.FIRST_IGNORABLE) {
            return;
        }
        if (type >= Frames.COMMAND) {
            demandActive(type);
            dispatchStream(frame, type);
            return;
        }
        if (frame.stream() != 0) {
            throw new ProtocolViolationException("a frame of type " + type + " has a stream");
        }
        switch (type) {
            case Frames.HELLO -> receiveHello(frame);
            case Frames.WELCOME -> receiveWelcome(frame);
            case Frames.REFUSED -> {
                demandOpenedConnector(type);
                finish(ControlFrames.readGoodbye(frame), 0, false);
            }
            case Frames.GOODBYE -> finish(ControlFrames.readGoodbye(frame), 0, false);
            case Frames.PING -> heartbeat.receivePing(frame, writable);
            case Frames.PONG -> heartbeat.receivePong(frame);
            case Frames.OPERATIONS -> {
                demandActive(type);
                if (connector) {
                    throw new ProtocolViolationException("a controller tells its operations");
                }
                Set<String> operations = control.readOperations(frame);
                if (operations != null) {
                    handler.operations(operations);
                }
            }
            case Frames.DRAIN -> {
                demandActive(type);
                frame.allowFlags(0);
                frame.end();
                if (!peerDrains) {
                    peerDrains = true;
                    handler.draining();
                }
            }
            default -> throw unknown(type);
        }
    }

    private void dispatchStream(Frame frame, int type) {
        switch (type) {
            case Frames.COMMAND -> taken.receiveCommand(frame);
            case Frames.CREDIT -> taken.receiveCredit(frame);
            case Frames.CANCEL -> taken.receiveCancel(frame);
            case Frames.ADMITTED -> sent.receiveAdmitted(frame);
            case Frames.ACCEPTED, Frames.DATA, Frames.COMPLETE, Frames.FAILED -> sent.receivePart(frame);
            case Frames.CONTINUATION -> {
                frame.allowFlags(Frames.MORE);
                if (frame.remaining() == 0) {
                    throw new ProtocolViolationException("a continuation is empty");
                }
                if (parts.isOurs(frame.stream())) {
                    sent.receiveContinuation(frame);
                } else {
                    taken.receiveContinuation(frame);
                }
            }
            default -> throw unknown(type);
        }
    }

    private void receiveHello(Frame frame) {
        if (connector) {
            throw new ProtocolViolationException("a connector is at both ends");
        }
        if (state != State.OPENED) {
            throw new ProtocolViolationException("a second hello");
        }
        if (!HelloFrames.readVersions(frame)) {
            close(new Goodbye(
                    CloseReason.VERSION_MISMATCH, true, "this controller speaks version " + Frames.VERSION + " only"));
            return;
        }
        HelloFrames.Offer offer;
        try {
            offer = HelloFrames.readHello(frame);
        } catch (IllegalArgumentException e) {
            close(new Goodbye(CloseReason.BAD_HELLO, false, e.getMessage()));
            return;
        }
        offered = offer.limits();
        state = State.ASKED;
        sinceNanos = nanoClock.getAsLong();
        handler.hello(offer.hello());
    }

    private void receiveWelcome(Frame frame) {
        demandOpenedConnector(Frames.WELCOME);
        Limits agreed = HelloFrames.readAgreed(frame);
        Welcome welcome = HelloFrames.readWelcome(frame);
        if (!agreed.equals(agreed.smaller(Limits.of(settings)))) {
            throw new ProtocolViolationException("the welcome has limits above those of the hello");
        }
        activate(agreed);
        if (operationsToTell != null) {
            ControlFrames.writeOperations(parts.writer, operationsToTell);
            operationsToTell = null;
        }
        tellDrain();
        handler.welcomed(welcome);
    }

    private void activate(Limits agreed) {
        state = State.ACTIVE;
        parts.agree(agreed);
        reader.maxFrameBytes(agreed.maxFrameBytes());
        heartbeat.start(nanoClock.getAsLong());
    }

    private void tellDrain() {
        if (drainToTell) {
            drainToTell = false;
            parts.writer.begin(Frames.DRAIN, 0, 0).end();
        }
    }

    /** Hands what was written since the last flush to the sink. Called at the end of each read burst and of each burst of writes. */
    public void flush() {
        if (flushing || state == State.CLOSED) {
            return; // the outer flush goes on
        }
        flushing = true;
        try {
            int written = 0;
            while (writable && state != State.CLOSED && !parts.splits.isEmpty()) {
                written += parts.splits.writeOne();
                parts.writer.spill();
                if (SplitMessages.isTurnOver(written) && !parts.splits.isEmpty() && state != State.CLOSED) {
                    written = 0;
                    if (sink.flushSoon()) {
                        break;
                    }
                }
            }
            if (state != State.CLOSED) {
                parts.writer.handOver();
            }
        } finally {
            flushing = false;
        }
    }

    /** Whether the socket takes more now. While it does not, large messages pause, and its owner takes nothing from the send queue; small ones are still buffered. */
    public void writable(boolean value) {
        writable = value;
        if (value && !parts.splits.isEmpty()) {
            flush();
        }
    }

    /** Whether commands may be sent now: active, and the socket takes more. */
    public boolean isReady() {
        return state == State.ACTIVE && writable;
    }

    /** Time goes by: tests the hello limit and the heartbeat. Called at least four times a heartbeat period and hello limit. */
    public void tick() {
        long now = nanoClock.getAsLong();
        switch (state) {
            case OPENED, ASKED -> {
                if (now - sinceNanos >= settings.helloLimit().toNanos()) {
                    String what = connector || state == State.ASKED ? "no answer to the hello" : "no hello";
                    close(new Goodbye(CloseReason.HELLO_TIMEOUT, true, what + " within " + settings.helloLimit()));
                }
            }
            case ACTIVE -> {
                if (heartbeat.isSilent(now)) {
                    close(new Goodbye(
                            CloseReason.HEARTBEAT_TIMEOUT,
                            true,
                            "no sign of life within two periods of " + settings.heartbeat()));
                } else if (heartbeat.ping(now)) {
                    flush();
                }
            }
            case NEW, CLOSED -> {}
        }
    }

    /**
     * Answers the hello.
     *
     * @throws IllegalStateException when there is none to answer
     */
    public void welcome(Welcome welcome) {
        if (state == State.CLOSED) {
            return;
        }
        demand(State.ASKED, "welcome");
        Limits agreed = Limits.of(settings).smaller(offered);
        HelloFrames.writeWelcome(parts.writer, welcome, agreed, settings);
        activate(agreed);
        tellDrain();
    }

    /**
     * Answers the hello, and closes.
     *
     * @throws IllegalStateException when there is none to answer
     */
    public void refuse(Goodbye goodbye) {
        if (state != State.CLOSED) {
            demand(State.ASKED, "refuse");
            close(goodbye);
        }
    }

    /**
     * Sends a command.
     *
     * @param initialCredit 0 or more
     * @param source empty at the connector's end, as are principal (empty) and attempt (1): the controller does not take them from a connector
     * @param attachment what {@link OutStream#attachment} gives back
     * @throws io.sommelier.api.CommandException when it is above a limit of the peer, or too many streams are open, or the link is not active or the peer drains
     *     (NOT_SENT); nothing was sent then
     */
    public OutStream send(
            Command command,
            long remainingNanos,
            long initialCredit,
            String source,
            String principal,
            int attempt,
            Object attachment) {
        demandNotNegative(initialCredit);
        if (state != State.ACTIVE) {
            ErrorCode code = connector ? ErrorCode.CONTROLLER_GONE : ErrorCode.MEMBER_GONE;
            throw notSent(code, "the channel is not active");
        }
        if (peerDrains) {
            throw notSent(ErrorCode.DRAINING, "the peer takes no new commands");
        }
        OutStream stream = sent.send(command, remainingNanos, initialCredit, source, principal, attempt, attachment);
        parts.writer.spill();
        return stream;
    }

    private static CommandException notSent(ErrorCode code, String message) {
        return new CommandException(new CommandError(code, Outcome.NOT_SENT, true, Stage.SEND_QUEUE, message));
    }

    /** Tells the peer that its command was taken in. Ignored when the stream is closed, or a part was sent before. */
    public void admitted(InStream stream) {
        taken.admitted(stream);
        parts.writer.spill();
    }

    /**
     * Sends a part; a terminal closes the stream. Ignored when the stream is closed.
     *
     * <p>A part above a limit of the peer becomes a FAILED one: REPLY_TOO_LARGE, REPLY_LOST. So does, with BAD_REPLY, a DATA without credit or out of sequence, an ACCEPTED
     * behind another part, and a COMPLETE that counts wrong. If the part was no terminal, {@link LinkHandler#cancelled} is called before this returns. The final
     * count of a FAILED part is set here.
     */
    public void part(InStream stream, Part part) {
        taken.part(stream, part);
        parts.writer.spill();
    }

    /**
     * Gives the peer credit in payload bytes of DATA. Ignored when the stream is closed. Of more than 2^31-1 in all, the rest is told as what was told is used.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public void credit(OutStream stream, long bytes) {
        demandNotNegative(bytes);
        sent.credit(stream, bytes);
        parts.writer.spill();
    }

    /** Gives a command up, and closes its stream; no part comes any more. Ignored when the stream is closed. */
    public void cancel(OutStream stream, String reason) {
        sent.cancel(stream, reason);
        parts.writer.spill();
    }

    /**
     * Tells the controller's end what is served from now on; before the welcome it is told with it.
     *
     * @throws IllegalStateException at the controller's end
     * @throws IllegalArgumentException when a name breaks the grammar, or there are more than {@link Hello#MAX_OPERATIONS}
     */
    public void operations(Set<String> operations) {
        if (!connector) {
            throw new IllegalStateException("a controller serves no operations");
        }
        Set<String> checked = ControlFrames.checked(operations);
        if (state == State.ACTIVE) {
            ControlFrames.writeOperations(parts.writer, checked);
        } else {
            operationsToTell = checked;
        }
    }

    /** Tells the peer that no new commands are taken here; before the link is active it is told once it is. Those that were under way to here still come. */
    public void drain() {
        if (state != State.CLOSED) {
            drainToTell = true;
            if (state == State.ACTIVE) {
                tellDrain();
            }
        }
    }

    /** Sends a ping; {@code pong} runs when its answer comes. It never runs when the link is not active, or 16 others wait already. */
    public void probe(Runnable pong) {
        if (state == State.ACTIVE) {
            heartbeat.probe(pong);
        }
    }

    /** Says goodbye and closes. {@link LinkHandler#closed} is called before this returns. Idempotent. */
    public void close(Goodbye goodbye) {
        boolean refuses = !connector && (state == State.OPENED || state == State.ASKED);
        finish(goodbye, state == State.NEW ? 0 : refuses ? Frames.REFUSED : Frames.GOODBYE, false);
    }

    /** The socket is gone. Idempotent. */
    public void socketClosed() {
        finish(new Goodbye(CloseReason.LOST, true, "the socket was closed"), 0, true);
    }

    /** How many frames came for streams that had ended here, which were dropped: replies and cancels that crossed on the way. */
    public long lateFrames() {
        return parts.lateFrames;
    }

    private void finish(Goodbye goodbye, int lastFrame, boolean socketIsGone) {
        if (state == State.CLOSED) {
            return;
        }
        if (lastFrame != 0) {
            ControlFrames.writeGoodbye(parts.writer, lastFrame, goodbye);
        }
        state = State.CLOSED;
        heartbeat.stop();
        parts.splits.clear();
        reader.release();
        if (socketIsGone) {
            parts.writer.release();
        } else {
            parts.writer.handOver();
            sink.close();
        }
        sent.lose();
        taken.cancel(goodbye.message());
        handler.closed(goodbye);
    }

    private void demand(State wanted, String method) {
        if (state != wanted) {
            throw new IllegalStateException(method + " in state " + state);
        }
    }

    private void demandActive(int type) {
        if (state != State.ACTIVE) {
            throw new ProtocolViolationException("a frame of type " + type + " before the hello is answered");
        }
    }

    private void demandOpenedConnector(int type) {
        if (!connector || state != State.OPENED) {
            throw new ProtocolViolationException("a frame of type " + type + " where none is due");
        }
    }

    private static void demandNotNegative(long credit) {
        if (credit < 0) {
            throw new IllegalArgumentException("credit " + credit + " is negative");
        }
    }

    private static ProtocolViolationException unknown(int type) {
        return new ProtocolViolationException("unknown frame type " + type);
    }
}
