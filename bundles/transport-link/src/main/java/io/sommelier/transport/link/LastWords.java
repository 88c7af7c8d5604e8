package io.sommelier.transport.link;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Stands below the TLS of an accepted socket while it has its handshake, and has the peer read the alert with which that fails: in TLS 1.3 he has sent his first request before
 * he hears that his certificate is not good, and a socket that is closed with unread bytes in it is reset. Confined to the loop.
 */
final class LastWords extends ChannelDuplexHandler {
    /** How long the peer has to read them, and close. */
    private static final long LIMIT_MILLIS = 2_000;

    private ScheduledFuture<?> limit;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!context.channel().isActive() || !(context.channel() instanceof DuplexChannel socket)) {
            context.close(promise);
            return;
        }
        socket.closeFuture().addListener(closed -> promise.trySuccess());
        if (limit == null) {
            context.flush();
            limit = context.executor().schedule(() -> context.close(), LIMIT_MILLIS, TimeUnit.MILLISECONDS);
            socket.shutdownOutput().addListener(shut -> {
                if (!shut.isSuccess()) {
                    context.close();
                }
            });
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (limit == null) {
            context.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (limit != null) {
            limit.cancel(false);
        }
        context.fireChannelInactive();
    }
}
