package io.sommelier.connector;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.ScheduledFuture;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.wire.LinkSink;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket under one link: hands its events to the link, and takes what the link writes. Confined to the loop. */
final class SocketHandler extends ChannelInboundHandlerAdapter implements LinkSink {
    private static final Logger LOG = LoggerFactory.getLogger(SocketHandler.class);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);
    /** How long the peer has to read the last bytes and to close its end. */
    private static final long CLOSE_LIMIT_MILLIS = 2_000;

    private final BiFunction<Channel, LinkSink, Session> opener;
    private ChannelHandlerContext context;
    private Session session;
    private ScheduledFuture<?> closeLimit;

    /** Over a socket that is not open yet; {@code opener} makes the session when it is, or gives {@code null} to have it closed at once. */
    SocketHandler(BiFunction<Channel, LinkSink, Session> opener) {
        this.opener = opener;
    }

    /** Whether the socket ever was open, and taken. */
    boolean hasSession() {
        return session != null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ChannelConfig config = added.channel().config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setWriteBufferWaterMark(WATER_MARK);
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        session = opener.apply(active.channel(), this);
        if (session == null) {
            active.close();
        } else {
            session.link().start();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (session != null && closeLimit == null) {
                session.link().receive(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        if (session != null) {
            session.link().flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        if (session == null) {
            return;
        }
        if (!context.channel().isWritable()) {
            session.link().writable(false);
        } else {
            // Often told in the midst of a write of the link: what was held back goes out after that.
            context.executor().execute(this::resume);
        }
    }

    private void resume() {
        if (context.channel().isWritable()) {
            session.resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        if (closeLimit != null) {
            closeLimit.cancel(false);
        }
        if (session != null) {
            session.link().socketClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        if (cause instanceof SSLException && session != null) {
            // With TLS 1.3 a controller says no to a certificate when the handshake is done at this end.
            session.link().close(new Goodbye(CloseReason.LOST, true, String.valueOf(cause.getMessage())));
        } else if (cause instanceof DecoderException && session != null) {
            session.link().close(new Goodbye(CloseReason.PROTOCOL_ERROR, true, String.valueOf(cause.getMessage())));
        } else if (cause instanceof IOException) {
            LOG.debug("socket {}: {}", failed.channel().remoteAddress(), cause.toString());
        } else {
            LOG.error(
                    "the channel to {} is closed after a defect",
                    failed.channel().remoteAddress(),
                    cause);
        }
        failed.close();
    }

    @Override
    public boolean flushSoon() {
        context.executor().execute(session.link()::flush);
        return true;
    }

    @Override
    public void write(ByteBuf frames) {
        context.writeAndFlush(frames, context.voidPromise());
    }

    /**
     * Sends what was written and the end of the stream, then waits for the end of the peer's: a socket that is closed with unread bytes in it is reset, and the peer
     * might never see the goodbye.
     */
    @Override
    public void close() {
        if (closeLimit != null || !context.channel().isActive()) {
            return;
        }
        closeLimit = context.executor().schedule(() -> context.close(), CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                Approach.endOutput(context);
            } else {
                context.close();
            }
        });
    }
}
