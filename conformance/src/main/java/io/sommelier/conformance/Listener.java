package io.sommelier.conformance;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes connections, and turns their bytes into frames. Thread-safe; one I/O thread. */
final class Listener implements AutoCloseable {
    private static final int MOST_FRAME = 17 << 20;

    /** What carries the frames. */
    enum Transport {
        TCP("tcp", ""),
        WEBSOCKET("websocket", "sommelier.v1"),
        JSON("json", "sommelier.json.v1");

        private final String id;
        private final String subprotocol;

        Transport(String id, String subprotocol) {
            this.id = id;
            this.subprotocol = subprotocol;
        }

        String url(int port) {
            return this == TCP ? "tcp://127.0.0.1:" + port : "ws://127.0.0.1:" + port + "/sommelier";
        }

        static Transport of(String name) {
            return Arrays.stream(values())
                    .filter(transport -> transport.id.equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "there is no transport '" + name + "'; allowed are tcp, websocket and json"));
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
                        Peer peer = new Peer(new NettySocket(channel, transport), limit);
                        if (transport != Transport.TCP) {
                            channel.pipeline()
                                    .addLast(
                                            new HttpServerCodec(),
                                            new HttpObjectAggregator(64 << 10),
                                            new WebSocketServerProtocolHandler(
                                                    WebSocketServerProtocolConfig.newBuilder()
                                                            .websocketPath("/sommelier")
                                                            .subprotocols(transport.subprotocol)
                                                            .maxFramePayloadLength(MOST_FRAME)
                                                            .handleCloseFrames(false)
                                                            .dropPongFrames(false)
                                                            .build()),
                                            new Controls(peer));
                        }
                        if (transport == Transport.WEBSOCKET) {
                            channel.pipeline().addLast(new BytesOfMessages(), new MessagesOfBytes());
                        }
                        if (transport == Transport.JSON) {
                            channel.pipeline().addLast(new WebSocketFrameAggregator(MOST_FRAME), new FramesOfTexts());
                        } else {
                            channel.pipeline()
                                    .addLast(
                                            new LengthFieldBasedFrameDecoder(MOST_FRAME, 0, 4, 0, 4),
                                            new FramesOfBytes());
                        }
                        channel.pipeline().addLast(new Frames(peer, transport));
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
    private final class Frames extends SimpleChannelInboundHandler<Frame> {
        private final Peer peer;
        private final Transport transport;

        Frames(Peer peer, Transport transport) {
            this.peer = peer;
            this.transport = transport;
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
        protected void channelRead0(ChannelHandlerContext context, Frame frame) {
            peer.received(frame);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            peer.ended();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            Throwable cause = failure instanceof DecoderException ? failure.getCause() : failure;
            if (cause instanceof Broken broken) {
                peer.unreadable(broken);
            }
            context.close(); // reset by the connector, or bytes that are no frame
        }
    }

    private record NettySocket(Channel channel, Transport transport) implements Peer.Socket {
        @Override
        public void write(Frame frame) {
            if (isText()) {
                channel.writeAndFlush(new TextWebSocketFrame(JsonForm.text(frame)));
            } else {
                writeBytes(frame.toArray());
            }
        }

        @Override
        public void writeBytes(byte[] bytes) {
            if (isText()) {
                throw new NotChecked("it is a rule of bytes: the JSON form has messages");
            }
            channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }

        @Override
        public void writeWebSocket(WebSocketFrame frame) {
            channel.writeAndFlush(frame);
        }

        @Override
        public boolean isText() {
            return transport == Transport.JSON;
        }

        @Override
        public void close() {
            channel.close();
        }
    }

    /** What the WebSocket itself says. */
    private static final class Controls extends ChannelInboundHandlerAdapter {
        private final Peer peer;

        Controls(Peer peer) {
            this.peer = peer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof PongWebSocketFrame pong) {
                peer.ponged(pong.content().toString(StandardCharsets.UTF_8));
                pong.release();
            } else if (message instanceof CloseWebSocketFrame close) {
                peer.closed(close.statusCode());
                context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
            } else {
                context.fireChannelRead(message);
            }
        }
    }

    /** What stands behind the length of a frame, as frame. */
    private static final class FramesOfBytes extends MessageToMessageDecoder<ByteBuf> {
        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
            if (bytes.readableBytes() < Frame.HEAD_BYTES - 4) {
                throw new Broken("a frame of %d bytes, 6 are the least".formatted(bytes.readableBytes()));
            }
            int type = bytes.readUnsignedByte();
            int flags = bytes.readUnsignedByte();
            int stream = bytes.readInt();
            byte[] body = new byte[bytes.readableBytes()];
            bytes.readBytes(body);
            out.add(new Frame(type, flags, stream, body));
        }
    }

    private static final class FramesOfTexts extends MessageToMessageDecoder<WebSocketFrame> {
        @Override
        protected void decode(ChannelHandlerContext context, WebSocketFrame message, List<Object> out) {
            if (!(message instanceof TextWebSocketFrame text)) {
                throw new Broken("a binary message, those of the JSON form are text");
            }
            out.add(JsonForm.frame(text.text()));
        }
    }

    /** What WebSocket messages carry, as bytes; where one ends means nothing. */
    private static final class BytesOfMessages extends MessageToMessageDecoder<WebSocketFrame> {
        @Override
        protected void decode(ChannelHandlerContext context, WebSocketFrame message, List<Object> out) {
            if (message instanceof TextWebSocketFrame) {
                throw new Broken("a text message, those of sommelier.v1 are binary");
            }
            out.add(message.content().retain());
        }
    }

    private static final class MessagesOfBytes extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.write(message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
        }
    }
}
