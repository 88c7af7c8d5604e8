package io.sommelier.bench.core;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A connector that speaks the JSON form and nothing more: it knows the few members that it needs by where they stand in
 * the messages, and parses none. Its messages come on its event loop.
 */
abstract class JsonClient {
    static final String COMMAND = "{\"type\":\"command\",\"stream\":";
    static final String COMPLETE = "{\"type\":\"complete\",\"stream\":";

    private static final String WELCOME = "{\"type\":\"welcome\"";
    private static final String STREAM = "\"stream\":";
    private static final int LIMIT_SECONDS = 20;
    private static final int MAX_UPGRADE_BYTES = 8192;
    private static final int MAX_FRAME_BYTES = 1 << 20;

    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private ChannelHandlerContext context;

    /** A message of the controller, but for the welcome. */
    abstract void message(String text);

    /** The socket is closed. */
    abstract void closed();

    /** Writes a message; it goes out at the end of the burst, or with {@link #flush}. On the event loop. */
    final void write(String text) {
        context.write(new TextWebSocketFrame(ByteBufUtil.writeAscii(context.alloc(), text)), context.voidPromise());
    }

    final void flush() {
        context.flush();
    }

    final void onLoop(Runnable task) {
        context.executor().execute(task);
    }

    /** The stream that a message names. */
    static int streamOf(String message) {
        int at = message.indexOf(STREAM) + STREAM.length();
        int stream = 0;
        for (char digit = message.charAt(at); digit >= '0' && digit <= '9'; digit = message.charAt(++at)) {
            stream = stream * 10 + digit - '0';
        }
        return stream;
    }

    /** Dials, and returns when the controller has said welcome. */
    final void open(InetSocketAddress controller, String hello) throws InterruptedException {
        CompletableFuture<Void> welcomed = new CompletableFuture<>();
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("ws://127.0.0.1" + ControllerParty.PATH))
                .subprotocol("sommelier.json.v1")
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .build();
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(),
                                        new HttpObjectAggregator(MAX_UPGRADE_BYTES),
                                        new WebSocketClientProtocolHandler(config),
                                        new Messages(hello, welcomed));
                    }
                })
                .connect(controller)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        welcomed.completeExceptionally(connected.cause());
                    }
                });
        try {
            welcomed.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("not taken in by " + controller, e);
        }
    }

    final void end() {
        loop.shutdownGracefully();
    }

    private final class Messages extends SimpleChannelInboundHandler<TextWebSocketFrame> {
        private final String hello;
        private final CompletableFuture<Void> welcomed;

        Messages(String hello, CompletableFuture<Void> welcomed) {
            this.hello = hello;
            this.welcomed = welcomed;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                context = ctx;
                ctx.writeAndFlush(new TextWebSocketFrame(hello));
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
            String text = frame.text();
            if (welcomed.isDone()) {
                message(text);
            } else if (text.startsWith(WELCOME)) {
                welcomed.complete(null);
            } else {
                welcomed.completeExceptionally(new IllegalStateException(text));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            welcomed.completeExceptionally(new IllegalStateException("the controller closed the connection"));
            closed();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            welcomed.completeExceptionally(cause);
            ctx.close();
        }
    }
}
