package io.sommelier.wire;

import io.netty.buffer.ByteBufAllocator;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import java.util.function.LongSupplier;

/** What the parts of one link share: its state, its limits, and what they write with. Confined to the link's thread. */
final class LinkParts {
    final boolean connector;
    final LinkHandler handler;
    final LongSupplier nanoClock;
    final FrameWriter writer;
    final MessageWriter messages;
    final SplitMessages splits;
    final Frame frame;
    final FrameReader frames;
    final MessageReader reader;
    final Assembly.Space space;
    final Heartbeat heartbeat;
    private final long maxUnreadBytes;
    private final Ending ending;

    Limits limits;
    LinkState state = LinkState.NEW;
    /** When the state was entered. */
    long sinceNanos;

    boolean peerDrains;
    long lateFrames;

    /** How a link ends; the link itself. */
    interface Ending {
        /** Says goodbye, and ends. */
        void close(Goodbye goodbye);

        /** Ends: the peer said goodbye. */
        void closedByPeer(Goodbye goodbye);
    }

    LinkParts(
            boolean connector,
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock,
            Ending ending) {
        this.connector = connector;
        this.handler = handler;
        this.nanoClock = nanoClock;
        this.ending = ending;
        maxUnreadBytes = settings.maxAssemblyBytes();
        NameCache names = new NameCache();
        writer = new FrameWriter(allocator, sink);
        messages = new MessageWriter(writer);
        splits = new SplitMessages(messages);
        frame = new Frame(names);
        frames = new FrameReader(allocator, frame, !connector);
        reader = new MessageReader(names);
        space = new Assembly.Space(settings.maxAssemblyBytes());
        heartbeat = new Heartbeat(writer, settings.heartbeat().toNanos());
    }

    void enter(LinkState next) {
        state = next;
        sinceNanos = nanoClock.getAsLong();
    }

    /** Commands may flow, within these limits. */
    void activate(Limits agreed) {
        enter(LinkState.ACTIVE);
        limits = agreed;
        reader.limits(agreed);
        messages.maxFrameBytes(agreed.maxFrameBytes());
        frames.maxFrameBytes(agreed.maxFrameBytes());
        heartbeat.start(sinceNanos);
    }

    void close(Goodbye goodbye) {
        ending.close(goodbye);
    }

    /** A peer that sends and reads nothing must not fill the memory with answers. */
    void closeIfNothingIsRead() {
        if (writer.blockedBytes() > maxUnreadBytes) {
            ending.close(new Goodbye(
                    CloseReason.OVERLOADED, true, "the peer has left " + writer.blockedBytes() + " bytes unread"));
        }
    }

    void closedByPeer(Goodbye goodbye) {
        ending.closedByPeer(goodbye);
    }

    /** Whether a stream of that number is opened by this end. */
    boolean isOurs(int number) {
        return (number & 1) == 1 == connector;
    }

    /** A frame of that type is for a connector that has said hello. */
    void demandAwaitingAnswer(int type) {
        if (!connector || state != LinkState.OPENED) {
            throw new ProtocolViolationException("a frame of type " + type + " where none is due");
        }
    }

    void writeCancel(int stream, String reason) {
        writer.begin(Frames.CANCEL, 0, stream)
                .text(reason.length() > 1024 ? reason.substring(0, 1024) : reason)
                .end();
    }
}
