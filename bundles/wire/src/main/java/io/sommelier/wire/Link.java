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
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One end of a channel over one socket, whoever opened it. Confined to one thread: every method is called on it, and calls its handler and its sink on it.
 *
 * <p>The handler and the sink may call every method from inside theirs. After the end every method does nothing, except {@link #send}, which throws. What the peer
 * does wrong ends the link with {@link CloseReason#PROTOCOL_ERROR}, and is never thrown. {@code PROTOCOL.md} has the states and the rules.
 */
public final class Link {
    private final LinkSettings settings;
    private final LinkSink sink;
    private final LinkHandler handler;
    private final LinkParts parts;
    private final Handshake handshake;
    private final SentCommands sent;
    private final TakenCommands taken;
    private final Inbound inbound;
    private boolean flushing;

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
        parts = new LinkParts(hello != null, settings, sink, handler, allocator, nanoClock, ending());
        handshake = new Handshake(parts, settings, hello);
        sent = new SentCommands(parts);
        taken = new TakenCommands(parts);
        inbound = new Inbound(parts, handshake, sent, taken);
    }

    private LinkParts.Ending ending() {
        return new LinkParts.Ending() {
            @Override
            public void close(Goodbye goodbye) {
                Link.this.close(goodbye);
            }

            @Override
            public void closedByPeer(Goodbye goodbye) {
                finish(goodbye, 0, false);
            }
        };
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
        if (parts.state == LinkState.CLOSED) {
            return;
        }
        demand(LinkState.NEW, "start");
        parts.enter(LinkState.OPENED);
        if (parts.connector) {
            handshake.sayHello();
        }
    }

    /**
     * Writes a message in pieces only where it does not fit the agreed frame, instead of above 64 KiB: for a form of the protocol that has no pieces. Others of the socket wait
     * for it then. Called before {@link #start}.
     */
    public void writeWholeMessages() {
        parts.messages.wholeMessages();
    }

    /** Bytes came, any number; all are read, an incomplete frame is kept. Does not release the buffer. */
    public void receive(ByteBuf bytes) {
        inbound.receive(bytes);
    }

    /** Hands what was written since the last flush to the sink. Called at the end of each read burst and of each burst of writes. */
    public void flush() {
        if (flushing || parts.state == LinkState.CLOSED) {
            return; // the outer flush goes on
        }
        flushing = true;
        try {
            int written = 0;
            while (parts.writer.isWritable() && parts.state != LinkState.CLOSED && !parts.splits.isEmpty()) {
                written += parts.splits.writeOne();
                parts.writer.spill();
                if (SplitMessages.isTurnOver(written) && !parts.splits.isEmpty() && parts.state != LinkState.CLOSED) {
                    written = 0;
                    if (sink.flushSoon()) {
                        break;
                    }
                }
            }
            if (parts.state != LinkState.CLOSED) {
                parts.writer.handOver();
            }
        } finally {
            flushing = false;
        }
    }

    /** Whether the socket takes more now. While it does not, large messages pause, and its owner takes nothing from the send queue; small ones are still buffered. */
    public void writable(boolean value) {
        parts.writer.writable(value);
        if (value && !parts.splits.isEmpty()) {
            flush();
        }
    }

    /** Whether commands may be sent now: active, and the socket takes more. */
    public boolean isReady() {
        return parts.state == LinkState.ACTIVE && parts.writer.isWritable();
    }

    /** Time goes by: tests the hello limit and the heartbeat. Called at least four times a heartbeat period and hello limit. */
    public void tick() {
        long now = parts.nanoClock.getAsLong();
        switch (parts.state) {
            case OPENED, ASKED -> {
                if (now - parts.sinceNanos >= settings.helloLimit().toNanos()) {
                    String what =
                            parts.connector || parts.state == LinkState.ASKED ? "no answer to the hello" : "no hello";
                    close(new Goodbye(CloseReason.HELLO_TIMEOUT, true, what + " within " + settings.helloLimit()));
                }
            }
            case ACTIVE -> {
                if (parts.heartbeat.isSilent(now)) {
                    close(new Goodbye(
                            CloseReason.HEARTBEAT_TIMEOUT,
                            true,
                            "no sign of life within two periods of " + settings.heartbeat()));
                } else if (parts.heartbeat.ping(now)) {
                    flush();
                    parts.closeIfNothingIsRead();
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
        if (parts.state == LinkState.CLOSED) {
            return;
        }
        demand(LinkState.ASKED, "welcome");
        handshake.welcome(welcome);
    }

    /**
     * Answers the hello, and closes.
     *
     * @throws IllegalStateException when there is none to answer
     */
    public void refuse(Goodbye goodbye) {
        if (parts.state != LinkState.CLOSED) {
            demand(LinkState.ASKED, "refuse");
            close(goodbye);
        }
    }

    /**
     * Sends a command.
     *
     * @param initialCredit 0 or more
     * @param source empty at the connector's end, as are principal (empty) and attempt (1): the controller does not take them from a connector
     * @param attempt 1 or more
     * @param attachment what {@link OutStream#attachment} gives back
     * @throws IllegalArgumentException when {@code initialCredit} or {@code attempt} is out of range
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
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt " + attempt + " is not positive");
        }
        if (parts.state != LinkState.ACTIVE) {
            ErrorCode code = parts.connector ? ErrorCode.CONTROLLER_GONE : ErrorCode.MEMBER_GONE;
            throw notSent(code, "the channel is not active");
        }
        if (parts.peerDrains) {
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
     * Gives the peer credit in bytes, as {@link Part#cost} counts them. Ignored when the stream is closed. Of more than 2^31-1 in all, the rest is told as what was told is used.
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
        if (!parts.connector) {
            throw new IllegalStateException("a controller serves no operations");
        }
        handshake.operations(operations);
    }

    /** Tells the peer that no new commands are taken here; before the link is active it is told once it is. Those that were under way to here still come. */
    public void drain() {
        if (parts.state != LinkState.CLOSED) {
            handshake.drain();
        }
    }

    /** Whether no command is under way, in either direction, and every reply is written. */
    public boolean isIdle() {
        return sent.isIdle() && taken.isIdle();
    }

    /** Sends a ping; {@code pong} runs when its answer comes. It never runs when the link is not active, or 16 others wait already. */
    public void probe(Runnable pong) {
        if (parts.state == LinkState.ACTIVE) {
            parts.heartbeat.probe(pong);
        }
    }

    /** Says goodbye and closes. {@link LinkHandler#closed} is called before this returns. Idempotent. */
    public void close(Goodbye goodbye) {
        boolean refuses = !parts.connector && (parts.state == LinkState.OPENED || parts.state == LinkState.ASKED);
        finish(goodbye, parts.state == LinkState.NEW ? 0 : refuses ? Frames.REFUSED : Frames.GOODBYE, false);
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
        if (parts.state == LinkState.CLOSED) {
            return;
        }
        if (lastFrame != 0) {
            ControlFrames.writeGoodbye(parts.writer, lastFrame, goodbye);
        }
        parts.state = LinkState.CLOSED;
        parts.heartbeat.stop();
        parts.splits.clear();
        parts.frames.release();
        if (socketIsGone) {
            parts.writer.release();
        } else {
            parts.writer.handOver();
            sink.close();
        }
        List<OutStream> lost = sent.closeAll();
        List<InStream> left = taken.closeAll();
        lost.forEach(handler::lost);
        left.forEach(stream -> handler.peerGone(stream, goodbye.message()));
        handler.closed(goodbye);
    }

    private void demand(LinkState wanted, String method) {
        if (parts.state != wanted) {
            throw new IllegalStateException(method + " in state " + parts.state);
        }
    }

    private static void demandNotNegative(long credit) {
        if (credit < 0) {
            throw new IllegalArgumentException("credit " + credit + " is negative");
        }
    }
}
