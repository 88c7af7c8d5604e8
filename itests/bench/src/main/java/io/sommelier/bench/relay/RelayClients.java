package io.sommelier.bench.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Makes connections to a relay. */
final class RelayClients {
    private static final byte[] NOTHING = {};

    private RelayClients() {}

    /**
     * Connects, and registers under a number.
     *
     * @param local where to connect from, or {@code null} for anywhere
     * @param handler takes the frames once the client is registered; what it does with the frames of a burst it flushes
     * at the end of the burst
     * @return completes when the relay can reach this client
     */
    static CompletableFuture<Channel> connect(
            EventLoopGroup loops,
            SocketAddress local,
            SocketAddress relay,
            int number,
            Supplier<ChannelHandler> handler) {
        CompletableFuture<Channel> registered = new CompletableFuture<>();
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(RelayFrame.decoder(), new Registration(number, handler.get(), registered));
                    }
                })
                .connect(relay, local)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        registered.completeExceptionally(connected.cause());
                    }
                });
        return registered;
    }

    private static final class Registration extends ChannelInboundHandlerAdapter {
        private final int number;
        private final ChannelHandler next;
        private final CompletableFuture<Channel> registered;

        Registration(int number, ChannelHandler next, CompletableFuture<Channel> registered) {
            this.number = number;
            this.next = next;
            this.registered = registered;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(RelayFrame.create(ctx.alloc(), 0, number, 0, NOTHING));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
            ctx.pipeline().replace(this, "client", next);
            registered.complete(ctx.channel());
        }
    }
}
