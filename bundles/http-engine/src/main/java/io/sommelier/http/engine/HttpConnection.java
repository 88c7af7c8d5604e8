package io.sommelier.http.engine;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: requests come one after the other, each has its {@link Turn}, and between them the connection waits.
 * Confined to its event loop, but for {@link #onLoop}.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What a connection waits for. */
    private enum Phase {
        REQUEST,
        HEADER,
        TURN,
        CLOSE
    }

    private final HttpEngine engine;
    private final LoopConnections siblings;
    private final RequestDecoder decoder;
    private final WriteProgress progress = new WriteProgress();
    private ChannelHandlerContext context;
    private Phase phase = Phase.REQUEST;
    private long sinceNanos;
    private Turn turn;
    private boolean isRequestRead;
    private boolean isDraining;
    private boolean isFlushDue;

    HttpConnection(HttpEngine engine, LoopConnections siblings, HttpSettings settings) {
        this.engine = engine;
        this.siblings = siblings;
        decoder = new RequestDecoder(this, settings);
        sinceNanos = engine.nanoTime();
    }

    RequestDecoder decoder() {
        return decoder;
    }

    ChannelHandlerContext context() {
        return context;
    }

    HttpEngine engine() {
        return engine;
    }

    boolean isRequestRead() {
        return isRequestRead;
    }

    boolean isDraining() {
        return isDraining;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        siblings.add(this);
        enter(Phase.REQUEST);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        siblings.remove(this);
        enter(Phase.CLOSE);
        if (turn != null) {
            turn.clientGone();
            turn = null;
        }
    }

    /** Something came; if nothing was under way, a request has begun. */
    void bytesCame() {
        if (phase == Phase.REQUEST) {
            enter(Phase.HEADER);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (phase == Phase.CLOSE || !ctx.channel().isActive()) {
                return;
            }
            if (message instanceof HttpRequest request) {
                begin(request);
            }
            if (message instanceof HttpContent content && turn != null && !isRequestRead) {
                body(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        enter(Phase.TURN);
        isRequestRead = false;
        Optional<HttpResponseStatus> fault = RequestHead.fault(request);
        if (fault.isPresent()) {
            refuse(fault.get(), "the head of the request is not possible here");
            return;
        }
        turn = new Turn(this, RequestHead.of(request));
        turn.begin();
    }

    private void body(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            turn.stop(HttpResponseStatus.BAD_REQUEST, "the body is not framed as it says");
            return;
        }
        turn.bytes(content.content());
        if (content instanceof LastHttpContent && turn != null) {
            decoder.pause();
            isRequestRead = true;
            turn.bodyEnded();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushWritten();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // Called inside a write: whoever is told must not write from here.
        if (turn != null) {
            turn.writabilityChanged();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.debug("The connection {} is closed", ctx.channel(), cause);
        }
        ctx.close();
    }

    /** Runs something on the event loop: now when on it, else soon; after the engine's end here, as nobody is left. */
    void onLoop(Runnable action) {
        if (context.executor().inEventLoop()) {
            action.run();
        } else {
            try {
                context.executor().execute(action);
            } catch (RejectedExecutionException e) {
                action.run();
            }
        }
    }

    /** Runs something on the event loop, after what runs there now; not at all when the engine has ended. */
    void soon(Runnable action) {
        try {
            context.executor().execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("The event loop of {} has ended", context.channel(), e);
        }
    }

    /** The reader of a streamed body asked for more, or stopped. */
    void bodyDemandChanged() {
        if (turn != null && !isRequestRead && phase == Phase.TURN) {
            if (turn.wantsBody()) {
                if (decoder.isPaused()) {
                    turn.bodyIsWanted();
                }
                resume();
            } else {
                decoder.pause();
            }
        }
    }

    private void resume() {
        try {
            decoder.resume();
        } catch (Exception e) {
            exceptionCaught(context, e);
        }
    }

    /** Writes, and flushes now or, while a burst of requests is read, at its end. */
    void write(Object message) {
        context.write(message, context.voidPromise());
        isFlushDue = true;
        if (!decoder.isReading()) {
            flushWritten();
        }
    }

    /** Writes something that more follows at once. */
    void writePart(Object message) {
        context.write(message, context.voidPromise());
        isFlushDue = true;
    }

    void flushWritten() {
        if (isFlushDue) {
            isFlushDue = false;
            context.flush();
        }
    }

    /** A turn is over and its reply written. */
    void turnEnded(boolean isKept) {
        turn = null;
        if (phase != Phase.TURN) {
            return;
        }
        if (!isKept || isDraining || !isRequestRead) {
            closeInOrder();
            return;
        }
        enter(Phase.REQUEST);
        resume();
    }

    /** Answers what has no turn, and closes. */
    private void refuse(HttpResponseStatus status, String detail) {
        write(engine.replies()
                .whole(
                        status,
                        Refusals.headers(status, Set.of()),
                        Refusals.body(status, detail),
                        Optional.empty(),
                        false));
        closeInOrder();
    }

    /** Ends a reply so that no client can take it for a whole one. */
    void breakOff(boolean isEndedByClose) {
        turn = null;
        enter(Phase.CLOSE);
        if (isEndedByClose) {
            // Only a reset tells such a client, and TLS must not say good-bye either.
            context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            SslHandler tls = context.pipeline().get(SslHandler.class);
            if (tls != null) {
                context.pipeline().context(tls).close();
                return;
            }
        } else {
            context.flush();
        }
        context.close();
    }

    /**
     * Closes when all is written, in two steps: a close while the client still sends would become a reset, and that may
     * take the reply away from it.
     */
    private void closeInOrder() {
        enter(Phase.CLOSE);
        decoder.ignoreAll();
        isFlushDue = false;
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            enter(Phase.CLOSE);
            SslHandler tls = context.pipeline().get(SslHandler.class);
            if (!written.isSuccess()) {
                context.close();
            } else if (tls != null) {
                tls.closeOutbound();
            } else if (context.channel() instanceof DuplexChannel socket) {
                socket.shutdownOutput();
            }
        });
    }

    /** No new request is taken after the one under way. */
    void drain() {
        isDraining = true;
        if (phase == Phase.REQUEST) {
            closeInOrder();
        }
    }

    /** What is under way ends now. */
    void end() {
        if (turn != null) {
            turn.stop(HttpResponseStatus.SERVICE_UNAVAILABLE, "the server stops");
        } else if (phase != Phase.CLOSE) {
            closeInOrder();
        }
    }

    /** Ends what takes too long. */
    void check(long now, HttpSettings settings) {
        long waited = now - sinceNanos;
        ChannelOutboundBuffer out = context.channel().unsafe().outboundBuffer();
        if (out != null
                && progress.stalledNanos(out, now) > settings.writeLimit().toNanos()) {
            LOG.debug("The client of {} does not read", context.channel());
            breakOffStalled();
            return;
        }
        switch (phase) {
            case REQUEST -> {
                if (waited > settings.idleLimit().toNanos()) {
                    closeInOrder();
                }
            }
            case HEADER -> {
                if (waited > settings.headerLimit().toNanos()) {
                    refuse(HttpResponseStatus.REQUEST_TIMEOUT, "the head of the request did not come in time");
                }
            }
            case TURN -> {
                if (turn != null) {
                    turn.check(now, settings);
                }
            }
            case CLOSE -> {
                if (waited > LINGER_NANOS && (out == null || out.totalPendingWriteBytes() == 0)) {
                    context.close();
                }
            }
        }
    }

    private void breakOffStalled() {
        Turn stalled = turn;
        turn = null;
        enter(Phase.CLOSE);
        if (stalled != null) {
            stalled.clientGone();
        }
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context.channel().close();
    }

    private void enter(Phase next) {
        phase = next;
        sinceNanos = engine.nanoTime();
    }

    /** A 100, so that the client sends the body. */
    void sendContinue() {
        context.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
}
