package io.sommelier.wire;

import io.netty.buffer.ByteBufAllocator;
import java.util.function.LongSupplier;

/** What the parts of one link share. Confined to the link's thread. */
final class LinkParts {
    final boolean connector;
    final LinkHandler handler;
    final LongSupplier nanoClock;
    final FrameWriter writer;
    final MessageWriter messages;
    final SplitMessages splits;
    final Frame frame;
    final MessageReader reader;
    final Assembly.Space space;
    Limits limits;
    long lateFrames;

    LinkParts(
            boolean connector,
            LinkSettings settings,
            LinkSink sink,
            LinkHandler handler,
            ByteBufAllocator allocator,
            LongSupplier nanoClock) {
        this.connector = connector;
        this.handler = handler;
        this.nanoClock = nanoClock;
        NameCache names = new NameCache();
        writer = new FrameWriter(allocator, sink);
        messages = new MessageWriter(writer);
        splits = new SplitMessages(messages);
        frame = new Frame(names);
        reader = new MessageReader(names);
        space = new Assembly.Space(settings.maxAssemblyBytes());
        agree(Limits.of(settings));
    }

    /** Sets the limits that hold from now on. */
    void agree(Limits agreed) {
        limits = agreed;
        reader.limits(agreed);
        messages.maxFrameBytes(agreed.maxFrameBytes());
    }

    /** Whether a stream of that number is opened by this end. */
    boolean isOurs(int number) {
        return (number & 1) == 1 == connector;
    }

    void cancel(int stream, String reason) {
        writer.begin(Frames.CANCEL, 0, stream)
                .text(reason.length() > 1024 ? reason.substring(0, 1024) : reason)
                .end();
    }
}
