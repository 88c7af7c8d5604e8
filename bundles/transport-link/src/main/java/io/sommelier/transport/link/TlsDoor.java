package io.sommelier.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Stands behind the TLS of one socket, and lets nobody behind it know of the socket before the handshake is done. Of an accepted socket it looks at the first byte, before there is
 * any TLS: a peer that speaks none is told so in the clear. Confined to the loop.
 */
final class TlsDoor extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE_RECORD = 22;

    private final LinkTls owner;
    private final SslHandler tls;
    private final long limitMillis;
    private final Runnable inTheClear;
    private final LastWords lastWords = new LastWords();
    private ScheduledFuture<?> limit;
    private boolean isCounted;
    private boolean isOpen;

    /** @param inTheClear called before what stands behind an accepted socket hears of it, where the peer speaks no TLS */
    TlsDoor(LinkTls owner, SslHandler tls, long limitMillis, Runnable inTheClear) {
        this.owner = owner;
        this.tls = tls;
        this.limitMillis = limitMillis;
        this.inTheClear = inTheClear;
    }

    private boolean isWaitingForTheFirstByte() {
        return !isOpen && limit != null && !tls.engine().getUseClientMode();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!owner.begins()) {
            owner.failed(context.channel().remoteAddress(), "there are too many handshakes at once");
            context.close();
            return;
        }
        isCounted = true;
        if (!tls.engine().getUseClientMode()) {
            limit = context.executor()
                    .schedule(() -> fail(context, "nothing came in time"), limitMillis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!isWaitingForTheFirstByte()) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf bytes = (ByteBuf) message;
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        limit.cancel(false);
        limit = null;
        if (bytes.getUnsignedByte(bytes.readerIndex()) == HANDSHAKE_RECORD) {
            tls.setHandshakeTimeoutMillis(limitMillis);
            context.pipeline().addBefore(context.name(), null, lastWords).addBefore(context.name(), null, tls);
            ((ChannelInboundHandler) tls).channelRead(context.pipeline().context(tls), bytes);
        } else {
            speakPlainly(context, bytes);
        }
    }

    private void speakPlainly(ChannelHandlerContext context, ByteBuf bytes) {
        owner.failed(context.channel().remoteAddress(), "it speaks none");
        inTheClear.run();
        open(context);
        context.fireChannelRead(bytes);
    }

    private void open(ChannelHandlerContext context) {
        isOpen = true;
        discount();
        context.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent done)) {
            context.fireUserEventTriggered(event);
        } else if (done.isSuccess()) {
            if (!tls.engine().getUseClientMode()) {
                context.pipeline().remove(lastWords);
            }
            open(context);
        } else {
            // The message of Netty's holds all that came.
            fail(
                    context,
                    done.cause() instanceof NotSslRecordException
                            ? "it speaks none"
                            : String.valueOf(done.cause().getMessage()));
        }
    }

    private void fail(ChannelHandlerContext context, String why) {
        if (isCounted && !isOpen) {
            discount();
            owner.failed(context.channel().remoteAddress(), why);
        }
        context.close();
    }

    private void discount() {
        if (isCounted) {
            isCounted = false;
            owner.ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (limit != null) {
            limit.cancel(false);
        }
        discount();
        context.fireChannelInactive();
    }

    /** Before it is open, the end of the handshake tells; after that, what the TLS finds is a fault of the peer or of the network, as any other of the socket. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (isOpen) {
            context.fireExceptionCaught(
                    cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause);
        }
    }
}
