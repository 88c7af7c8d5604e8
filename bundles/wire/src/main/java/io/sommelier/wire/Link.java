package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import java.util.Set;
import java.util.function.LongSupplier;

/** One end of a channel over one socket, whoever opened it. Confined to one thread: every method is called on it, and calls its handler and its sink on it. */
public final class Link {
    private Link() {}

    /** The controller's end: waits for a hello. */
    public static Link ofController(
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock) {
        throw new UnsupportedOperationException();
    }

    /** The connector's end: says hello at {@link #start}. */
    public static Link ofConnector(
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock,
            Hello hello) {
        throw new UnsupportedOperationException();
    }

    /** The socket is open. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Bytes came, any number; all are read, an incomplete frame is kept. Does not release the buffer. */
    public void receive(ByteBuf bytes) {
        throw new UnsupportedOperationException();
    }

    /** Hands what was written since the last flush to the sink. Called at the end of each read burst and of each burst of writes. */
    public void flush() {
        throw new UnsupportedOperationException();
    }

    /** Whether the socket takes more now. While it does not, large messages pause, and its owner takes nothing from the send queue; small ones are still buffered. */
    public void writable(boolean writable) {
        throw new UnsupportedOperationException();
    }

    /** Whether commands may be sent now: active, and the socket takes more. */
    public boolean isReady() {
        throw new UnsupportedOperationException();
    }

    /** Time goes by: tests the hello limit and the heartbeat. Called at least four times a heartbeat period and hello limit. */
    public void tick() {
        throw new UnsupportedOperationException();
    }

    /** Answers the hello. */
    public void welcome(Welcome welcome) {
        throw new UnsupportedOperationException();
    }

    /** Answers the hello, and closes. */
    public void refuse(Goodbye goodbye) {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends a command.
     *
     * @param source empty at the connector's end, as are principal (empty) and attempt (1): the controller does not take them from a connector
     * @param attachment what {@link OutStream#attachment} gives back
     * @throws io.sommelier.api.CommandException when it is above a limit of the peer, or too many streams are open (NOT_SENT); nothing was sent then
     */
    public OutStream send(
            Command command,
            long remainingNanos,
            long initialCredit,
            String source,
            String principal,
            int attempt,
            Object attachment) {
        throw new UnsupportedOperationException();
    }

    /** Tells the peer that its command was taken in. Ignored when the stream is closed. */
    public void admitted(InStream stream) {
        throw new UnsupportedOperationException();
    }

    /** Sends a part; a terminal closes the stream. Ignored when the stream is closed. A part above a limit of the peer becomes a FAILED one: REPLY_TOO_LARGE, REPLY_LOST. */
    public void part(InStream stream, Part part) {
        throw new UnsupportedOperationException();
    }

    /** Gives the peer credit in payload bytes of DATA. Ignored when the stream is closed. */
    public void credit(OutStream stream, long bytes) {
        throw new UnsupportedOperationException();
    }

    /** Gives a command up, and closes its stream; no part comes any more. Ignored when the stream is closed. */
    public void cancel(OutStream stream, String reason) {
        throw new UnsupportedOperationException();
    }

    /** Tells the controller's end what is served from now on. */
    public void operations(Set<String> operations) {
        throw new UnsupportedOperationException();
    }

    /** Tells the peer that no new commands are taken here. */
    public void drain() {
        throw new UnsupportedOperationException();
    }

    /** Sends a ping; {@code pong} runs when its answer comes. */
    public void probe(Runnable pong) {
        throw new UnsupportedOperationException();
    }

    /** Says goodbye and closes. {@link LinkHandler#closed} is called before this returns. Idempotent. */
    public void close(Goodbye goodbye) {
        throw new UnsupportedOperationException();
    }

    /** The socket is gone. Idempotent. */
    public void socketClosed() {
        throw new UnsupportedOperationException();
    }
}
