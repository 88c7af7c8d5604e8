package io.sommelier.connector;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslHandler;
import io.sommelier.wire.TlsContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes WebSockets, and carries their bytes to and from a plain port; what comes back is cut into many small frames. Thread-safe. */
final class WebSocketAcceptor implements AutoCloseable {
    final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final Channel listening;

    /** @param subprotocols what it speaks; {@code null} for none */
    WebSocketAcceptor(int plainPort, String subprotocols, Optional<TlsContext> tls) throws InterruptedException {
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        tls.ifPresent(context -> socket.pipeline().addLast(new SslHandler(context.server())));
                        socket.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(64 * 1024),
                                        new Recorder(),
                                        new WebSocketServerProtocolHandler("/sommelier", subprotocols, false, 1 << 20),
                                        new Carrier(plainPort));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Keeps what was asked for. */
    private final class Recorder extends SimpleChannelInboundHandler<FullHttpRequest> {
        Recorder() {
            super(false);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            requests.add(request.uri() + " " + request.headers().get("Authorization"));
            context.fireChannelRead(request);
        }
    }

    private final class Carrier extends SimpleChannelInboundHandler<WebSocketFrame> {
        private final int plainPort;
        private Socket plain;

        Carrier(int plainPort) {
            this.plainPort = plainPort;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                plain = new Socket(InetAddress.getLoopbackAddress(), plainPort);
                accepted.add(context.channel());
                Thread reader = new Thread(() -> carryBack(context.channel()), "websocket-carrier");
                reader.setDaemon(true);
                reader.start();
            }
        }

        private void carryBack(Channel socket) {
            byte[] buffer = new byte[7];
            try {
                for (int count = plain.getInputStream().read(buffer); count >= 0; ) {
                    ByteBuf bytes = Unpooled.copiedBuffer(buffer, 0, count);
                    // Two frames of one message, and an empty one: where they begin means nothing.
                    socket.write(new BinaryWebSocketFrame(false, 0, bytes.readRetainedSlice(count / 2)));
                    socket.write(new ContinuationWebSocketFrame(true, 0, bytes));
                    socket.writeAndFlush(new BinaryWebSocketFrame(Unpooled.EMPTY_BUFFER));
                    count = plain.getInputStream().read(buffer);
                }
                socket.writeAndFlush(new CloseWebSocketFrame(1000, ""));
            } catch (java.io.IOException gone) {
                socket.close();
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) throws Exception {
            if (frame instanceof TextWebSocketFrame) {
                throw new AssertionError("a text frame");
            }
            frame.content().readBytes(plain.getOutputStream(), frame.content().readableBytes());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            if (plain != null) {
                plain.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
}
