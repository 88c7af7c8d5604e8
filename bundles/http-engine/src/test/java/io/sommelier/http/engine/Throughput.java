package io.sommelier.http.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.builder.RouteBuilder;

/** Echoes 100 bytes over 32 connections by plain Netty and by the engine with a route, in turns. Client and server share the JVM. */
final class Throughput {
    private static final int ROUNDS = 3;
    private static final int SECONDS = 4;
    private static final byte[] REQUEST = ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
                    + "x".repeat(100))
            .getBytes(StandardCharsets.US_ASCII);

    private Throughput() {}

    public static void main(String[] args) throws Exception {
        var loops = new NioEventLoopGroup(2);
        Channel plain = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Echo());
                    }
                })
                .bind(0)
                .sync()
                .channel();
        try (Server server = Server.with(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/echo").process(e -> {});
            }
        })) {
            for (int round = 0; round < ROUNDS; round++) {
                long netty = perSecond(((InetSocketAddress) plain.localAddress()).getPort());
                long engine = perSecond(server.port());
                System.out.printf("plain Netty %d/s, engine %d/s, %.2f%n", netty, engine, (double) engine / netty);
            }
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static long perSecond(int port) throws InterruptedException {
        var replies = new LongAdder();
        var loops = new NioEventLoopGroup(1);
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpResponseDecoder(),
                                        new HttpObjectAggregator(1 << 20),
                                        new Asker(replies));
                    }
                });
        for (int i = 0; i < 32; i++) {
            Channel channel = bootstrap.connect("127.0.0.1", port).sync().channel();
            channel.writeAndFlush(Unpooled.wrappedBuffer(REQUEST));
        }
        TimeUnit.SECONDS.sleep(SECONDS);
        long sum = replies.sum();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        return sum / SECONDS;
    }

    /** The server to compare with. */
    private static final class Echo extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            ByteBuf body = request.content().retain();
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            response.headers().setInt("Content-Length", body.readableBytes());
            context.writeAndFlush(response);
        }
    }

    /** Asks again as soon as it has its answer. */
    private static final class Asker extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final LongAdder replies;

        Asker(LongAdder replies) {
            this.replies = replies;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            replies.increment();
            context.writeAndFlush(Unpooled.wrappedBuffer(REQUEST));
        }
    }
}
