package io.sommelier.bench.core;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * A connector at its barest: one socket, one link, and what it gets it returns. Confined to its event loop, but for
 * {@link #leave}.
 */
final class CrowdMember extends QuietHandler {
    private final Socket socket = new Socket();
    private final Hello hello;
    private final CompletableFuture<CrowdMember> welcomed = new CompletableFuture<>();
    private Link link;

    private CrowdMember(Hello hello) {
        this.hello = hello;
    }

    /** Connects from {@code local}, which may be {@code null}; completes when the controller has said welcome. */
    static CompletableFuture<CrowdMember> connect(
            EventLoopGroup loop, SocketAddress local, SocketAddress controller, Hello hello) {
        CrowdMember member = new CrowdMember(hello);
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(member.socket)
                .connect(controller, local)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        member.welcomed.completeExceptionally(connected.cause());
                    }
                });
        return member.welcomed;
    }

    /** The link has a heartbeat to keep. */
    void tick() {
        link.tick();
    }

    /** Says goodbye; returns when the socket is closed. Any thread but the loop. */
    void leave() {
        socket.context.executor().execute(() -> link.close(new Goodbye(CloseReason.NORMAL, false, "leaving")));
        socket.context.channel().closeFuture().syncUninterruptibly();
    }

    @Override
    public void welcomed(Welcome welcome) {
        welcomed.complete(this);
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        link.part(stream, Part.complete(command.payload()).build());
    }

    @Override
    public void closed(Goodbye goodbye) {
        welcomed.completeExceptionally(new IllegalStateException(goodbye.toString()));
    }

    private final class Socket extends ChannelInboundHandlerAdapter implements LinkSink {
        private volatile ChannelHandlerContext context;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
            link = Link.ofConnector(
                    LinkSettings.defaults(), this, CrowdMember.this, ctx.alloc(), System::nanoTime, hello);
            link.start();
            link.flush();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                link.receive(bytes);
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            link.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            link.writable(ctx.channel().isWritable());
            link.flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            link.socketClosed();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            welcomed.completeExceptionally(cause);
            ctx.close();
        }

        @Override
        public void write(ByteBuf frames) {
            context.writeAndFlush(frames, context.voidPromise());
        }

        @Override
        public void close() {
            context.writeAndFlush(context.alloc().buffer(0, 0)).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
