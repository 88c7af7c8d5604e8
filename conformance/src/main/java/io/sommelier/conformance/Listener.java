package io.sommelier.conformance;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes connections, and turns their bytes into frames. Thread-safe; one I/O thread. */
final class Listener implements AutoCloseable {
    private static final int MOST_FRAME = 17 << 20;

    /** What carries the frames. */
    enum Transport {
        TCP,
        WEBSOCKET;

        String url(int port) {
            return this == TCP ? "tcp://127.0.0.1:" + port : "ws://127.0.0.1:" + port + "/sommelier";
        }

        static Transport of(String name) {
            try {
                return valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "there is no transport '" + name + "'; allowed are tcp and websocket", e);
            }
        }
    }

    private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private final Channel server;

    Listener(Transport transport, Duration limit) {
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (transport == Transport.WEBSOCKET) {
                            channel.pipeline()
                                    .addLast(
                                            new HttpServerCodec(),
                                            new HttpObjectAggregator(64 << 10),
                                            new WebSocketServerProtocolHandler(
                                                    WebSocketServerProtocolConfig.newBuilder()
                                                            .websocketPath("/sommelier")
                                                            .subprotocols("sommelier.v1")
                                                            .maxFramePayloadLength(MOST_FRAME)
                                                            .build()),
                                            new BytesOfMessages(),
                                            new MessagesOfBytes());
                        }
                        channel.pipeline()
                                .addLast(
                                        new LengthFieldBasedFrameDecoder(MOST_FRAME, 0, 4, 0, 4),
                                        new Frames(channel, transport, limit));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** The next connection; {@code null} when none comes in time. */
    Peer next(Duration limit) {
        try {
            return peers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Drops the connections that nobody has looked at. */
    void forget() {
        for (Peer peer = peers.poll(); peer != null; peer = peers.poll()) {
            peer.drop();
        }
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Makes the peer once the connection can carry frames. */
    private final class Frames extends SimpleChannelInboundHandler<ByteBuf> {
        private final Peer peer;
        private final Transport transport;

        Frames(Channel channel, Transport transport, Duration limit) {
            this.transport = transport;
            peer = new Peer(
                    new Peer.Socket() {
                        @Override
                        public void write(byte[] bytes) {
                            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
                        }

                        @Override
                        public void close() {
                            channel.close();
                        }
                    },
                    limit);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (transport == Transport.TCP) {
                peers.add(peer);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                peers.add(peer);
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            if (bytes.readableBytes() < Frame.HEAD_BYTES - 4) {
                peer.received(new Frame(0, 0, 0, new byte[0])); // too short to be one: a frame of no type
                return;
            }
            int type = bytes.readUnsignedByte();
            int flags = bytes.readUnsignedByte();
            int stream = bytes.readInt();
            byte[] body = new byte[bytes.readableBytes()];
            bytes.readBytes(body);
            peer.received(new Frame(type, flags, stream, body));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            peer.ended();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close(); // reset by the connector, or bytes that are no frame
        }
    }

    /** What a WebSocket message carries, as bytes; where one ends means nothing. */
    private static final class BytesOfMessages extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
                context.fireChannelRead(frame.content().retain());
            } else {
                context.close(); // a text message has no place here
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            context.close();
        }
    }

    private static final class MessagesOfBytes extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.write(message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
        }
    }
}
