package io.sommelier.connector;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Stands before the end of a pipeline that has to agree on something first, with a proxy, for TLS, for a WebSocket, and lets the end know of the socket only when all
 * of it is done; all of it has one limit. Confined to the loop.
 */
final class Threshold extends ChannelInboundHandlerAdapter {
    private final Predicate<Object> isLast;
    private final long limitMillis;
    private ScheduledFuture<?> limit;
    private boolean isOpen;
    private String fault = "";

    /** @param isLast tells the event that says that all is done */
    Threshold(Predicate<Object> isLast, long limitMillis) {
        this.isLast = isLast;
        this.limitMillis = limitMillis;
    }

    /** Why it did not open; empty when nobody has said why. */
    String fault() {
        return fault;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        limit = context.executor()
                .schedule(
                        () -> fail(context, "what comes before the hello took longer than " + limitMillis + " ms"),
                        limitMillis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        limit.cancel(false);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // not yet for who stands behind
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()) {
            fail(context, textOf(tls.cause()));
        } else if (!isOpen && isLast.test(event)) {
            isOpen = true;
            limit.cancel(false);
            context.fireChannelActive();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable bare = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (isOpen) {
            context.fireExceptionCaught(bare);
        } else {
            fail(context, textOf(bare));
        }
    }

    private static String textOf(Throwable cause) {
        // The message of Netty's holds all that came.
        if (cause instanceof NotSslRecordException) {
            return "TLS is not spoken there";
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return cause instanceof ProxyConnectException ? "the proxy does not let it through: " + text : text;
    }

    private void fail(ChannelHandlerContext context, String why) {
        if (!isOpen && fault.isEmpty()) {
            fault = why;
        }
        context.close();
    }
}
