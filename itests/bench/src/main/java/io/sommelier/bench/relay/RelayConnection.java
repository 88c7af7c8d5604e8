package io.sommelier.bench.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One client at the relay. Its frames are written to the connections they name and flushed at the end of the burst.
 * While one of these does not take more, this one is not read: TCP slows the sender. Confined to its event loop, but
 * for what is said.
 */
final class RelayConnection extends ChannelInboundHandlerAdapter {
    private final Relay relay;
    private final List<RelayConnection> written = new ArrayList<>();
    private final Queue<RelayConnection> waitingForThis = new ConcurrentLinkedQueue<>();
    private volatile ChannelHandlerContext context;

    RelayConnection(Relay relay) {
        this.relay = relay;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf frame = (ByteBuf) message;
        int destination = RelayFrame.destination(frame);
        RelayConnection target;
        if (destination == 0) {
            relay.register(frame, this);
            target = this;
        } else {
            target = relay.client(destination);
        }
        if (target == null) {
            frame.release();
            return;
        }
        target.context.write(frame, target.context.voidPromise());
        if (written.isEmpty() || written.get(written.size() - 1) != target) {
            written.add(target);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (RelayConnection target : written) {
            target.context.flush();
            if (!target.context.channel().isWritable()) {
                waitFor(target);
            }
        }
        written.clear();
    }

    private void waitFor(RelayConnection target) {
        context.channel().config().setAutoRead(false);
        target.waitingForThis.add(this);
        if (target.context.channel().isWritable()) { // it may have become so before this was noted
            target.resumeWaiting();
        }
    }

    /** Any thread. */
    private void resumeWaiting() {
        for (RelayConnection source = waitingForThis.poll(); source != null; source = waitingForThis.poll()) {
            source.context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            resumeWaiting();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        resumeWaiting();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a client that went away
    }
}
