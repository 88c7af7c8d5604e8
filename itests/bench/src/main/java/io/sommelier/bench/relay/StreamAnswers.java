package io.sommelier.bench.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.sommelier.bench.party.LoadShape;
import java.util.ArrayDeque;
import java.util.Queue;

/** Answers each frame with many, as fast as the socket takes them; the streams under way take turns. */
final class StreamAnswers extends SimpleChannelInboundHandler<ByteBuf> {
    private final int parts;
    private final byte[] payload;
    private final Queue<Stream> streams = new ArrayDeque<>();
    private boolean writing;

    StreamAnswers(LoadShape shape) {
        parts = shape.parts();
        payload = new byte[shape.payloadBytes()];
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
        streams.add(new Stream(
                RelayFrame.source(frame), RelayFrame.destination(frame), RelayFrame.correlation(frame), parts));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        write(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        write(ctx);
    }

    private void write(ChannelHandlerContext ctx) {
        if (writing) { // a flush made the channel writable
            return;
        }
        writing = true;
        while (ctx.channel().isWritable() && !streams.isEmpty()) {
            while (ctx.channel().isWritable() && !streams.isEmpty()) {
                writePart(ctx, streams.remove());
            }
            ctx.flush();
        }
        writing = false;
    }

    private void writePart(ChannelHandlerContext ctx, Stream stream) {
        ctx.write(
                RelayFrame.create(ctx.alloc(), stream.requester, stream.self, stream.correlation, payload),
                ctx.voidPromise());
        if (--stream.left > 0) {
            streams.add(stream);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private static final class Stream {
        private final int requester;
        private final int self;
        private final long correlation;
        private int left;

        Stream(int requester, int self, long correlation, int left) {
            this.requester = requester;
            this.self = self;
            this.correlation = correlation;
            this.left = left;
        }
    }
}
