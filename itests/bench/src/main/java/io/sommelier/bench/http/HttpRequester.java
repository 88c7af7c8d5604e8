package io.sommelier.bench.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps one request in flight on each of so many connections: the reply to one sends the next, from the event loop. The
 * connections stay open from start to stop. A reply counts if its status is 200 and its body as long as that of the
 * request; any other fails the load.
 */
public final class HttpRequester implements Load {
    private static final int MOST_OF_A_COMPLAINT = 300;

    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final Meter meter;
    private final int inFlight;
    private final int payloadBytes;
    private final ByteBuf request;
    private final Bootstrap bootstrap;
    private final Flight flight = new Flight();
    private final List<Channel> channels = new ArrayList<>();

    /**
     * Has not connected yet.
     *
     * @param path what is asked for, by POST
     */
    public HttpRequester(InetSocketAddress server, String path, LoadShape shape, Meter meter) {
        this.meter = meter;
        inFlight = shape.inFlight();
        byte[] payload = shape.payload();
        payloadBytes = payload.length;
        request = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeBytes(head(server, path, payload.length).getBytes(StandardCharsets.US_ASCII))
                .writeBytes(payload));
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .remoteAddress(server)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpResponseDecoder(), new Replies());
                    }
                });
    }

    private static String head(InetSocketAddress server, String path, int bytes) {
        return "POST " + path + " HTTP/1.1\r\nHost: " + server.getHostString() + ":" + server.getPort()
                + "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + bytes + "\r\n\r\n";
    }

    @Override
    public void start() {
        while (channels.size() < inFlight) {
            channels.add(bootstrap.connect().syncUninterruptibly().channel());
        }
        flight.open(inFlight);
        for (Channel channel : channels) {
            channel.eventLoop()
                    .execute(() -> channel.pipeline().get(Replies.class).send(channel));
        }
    }

    @Override
    public void stop() throws InterruptedException {
        flight.close();
        channels.forEach(channel -> channel.close().syncUninterruptibly());
        channels.clear();
    }

    @Override
    public void close() {
        loop.shutdownGracefully();
    }

    /** One connection. Confined to its event loop. */
    private final class Replies extends SimpleChannelInboundHandler<HttpObject> {
        private HttpResponse head;
        private int bytes;
        private StringBuilder complaint;
        private long sentNanos;
        private boolean waiting;

        void send(Channel channel) {
            waiting = true;
            sentNanos = System.nanoTime();
            channel.writeAndFlush(request.duplicate(), channel.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (message.decoderResult().isFailure()) {
                fail(ctx, "a reply that is none: " + message.decoderResult().cause());
                return;
            }
            if (message instanceof HttpResponse response) {
                head = response;
                bytes = 0;
                complaint = response.status().equals(HttpResponseStatus.OK) ? null : new StringBuilder();
            }
            if (message instanceof HttpContent content) {
                bytes += content.content().readableBytes();
                if (complaint != null && complaint.length() < MOST_OF_A_COMPLAINT) {
                    complaint.append(content.content().toString(StandardCharsets.UTF_8));
                }
            }
            if (message instanceof LastHttpContent && waiting) {
                whole(ctx);
            }
        }

        private void whole(ChannelHandlerContext ctx) {
            if (complaint != null) {
                fail(ctx, head.status() + " " + complaint);
            } else if (bytes != payloadBytes) {
                fail(ctx, "a reply of " + bytes + " bytes to a request of " + payloadBytes);
            } else if (!HttpUtil.isKeepAlive(head)) {
                fail(ctx, "the server will close the connection");
            } else {
                meter.answered(System.nanoTime() - sentNanos);
                waiting = flight.goOn();
                if (waiting) {
                    send(ctx.channel());
                }
            }
        }

        private void fail(ChannelHandlerContext ctx, String message) {
            if (waiting) {
                waiting = false;
                meter.failed(message);
                flight.landed();
            }
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(ctx, "the server closed a connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(ctx, cause.toString());
        }
    }
}
