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
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
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
            Carrier carrier,
            Supplier<ChannelHandler> handler) {
        CompletableFuture<Channel> registered = new CompletableFuture<>();
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        carrier.addToClient(channel.pipeline());
                        channel.pipeline()
                                .addLast(new Registration(number, carrier.hasUpgrade(), handler.get(), registered));
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
        private final boolean hasUpgrade;
        private final ChannelHandler next;
        private final CompletableFuture<Channel> registered;

        Registration(int number, boolean hasUpgrade, ChannelHandler next, CompletableFuture<Channel> registered) {
            this.number = number;
            this.hasUpgrade = hasUpgrade;
            this.next = next;
            this.registered = registered;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (!hasUpgrade) {
                register(ctx);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                register(ctx);
            }
        }

        private void register(ChannelHandlerContext ctx) {
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
