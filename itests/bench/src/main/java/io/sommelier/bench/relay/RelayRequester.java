package io.sommelier.bench.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.net.SocketAddress;

/** Keeps requests in flight over one connection: the answer to one sends the next, from the event loop. */
public final class RelayRequester implements Load {
    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final LoadShape shape;
    private final Meter meter;
    private final byte[] payload;
    private final Flight flight = new Flight();
    private final long[] sentNanos;
    private final int[] partsToCome;
    private final Channel channel;
    private int nextResponder;

    /** Connects to the relay. */
    public RelayRequester(SocketAddress relay, Carrier carrier, int number, LoadShape shape, Meter meter) {
        this.shape = shape;
        this.meter = meter;
        payload = shape.payload();
        sentNanos = new long[shape.inFlight()];
        partsToCome = new int[shape.inFlight()];
        channel = RelayClients.connect(loop, null, relay, number, carrier, () -> new Answers(number))
                .join();
    }

    @Override
    public void start() {
        flight.open(shape.inFlight());
        channel.eventLoop().execute(() -> {
            Answers answers = channel.pipeline().get(Answers.class);
            ChannelHandlerContext context = channel.pipeline().context(answers);
            for (int slot = 0; slot < shape.inFlight(); slot++) {
                answers.send(context, slot);
            }
            context.flush();
        });
    }

    @Override
    public void stop() throws InterruptedException {
        flight.close();
    }

    @Override
    public void close() {
        loop.shutdownGracefully();
    }

    private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
        private final int number;

        Answers(int number) {
            this.number = number;
        }

        void send(ChannelHandlerContext ctx, int slot) {
            int responder = shape.firstResponder() + nextResponder;
            nextResponder = nextResponder + 1 == shape.responders() ? 0 : nextResponder + 1;
            sentNanos[slot] = System.nanoTime();
            partsToCome[slot] = shape.parts();
            ctx.write(RelayFrame.create(ctx.alloc(), responder, number, slot, payload), ctx.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
            int slot = (int) RelayFrame.correlation(frame);
            if (shape.isStream()) {
                part(ctx, slot);
            } else {
                meter.answered(System.nanoTime() - sentNanos[slot]);
                goOn(ctx, slot);
            }
        }

        private void part(ChannelHandlerContext ctx, int slot) {
            if (partsToCome[slot] == shape.parts()) {
                meter.latency(System.nanoTime() - sentNanos[slot]);
            }
            meter.counted(1);
            if (--partsToCome[slot] == 0) {
                goOn(ctx, slot);
            }
        }

        private void goOn(ChannelHandlerContext ctx, int slot) {
            if (flight.goOn()) {
                send(ctx, slot);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            meter.failed("the relay closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            meter.failed(cause.toString());
            ctx.close();
        }
    }
}
