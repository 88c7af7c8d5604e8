package io.sommelier.transport.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.sommelier.api.Goodbye;
import io.sommelier.wire.LinkSink;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler in the pipeline of one socket: hands the bytes that come to a link, and writes what the link writes. Made by {@link LinkSockets}; confined to the event
 * loop of the socket.
 *
 * <p>Below it stand bytes, {@link ByteBuf}s both ways, whose boundaries mean nothing. The link begins with {@code channelActive}: a pipeline that has to agree on something
 * else first adds this handler when it has, and fires that event to it. One that finds its peer at fault fires a {@link Goodbye} as a user event: the link says it and ends.
 */
public final class LinkSocket extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LinkSocket.class);
    /** How long the last bytes may take to get out. */
    private static final long FLUSH_LIMIT_MILLIS = 10_000;
    /** How long the peer then has to close its end. */
    private static final long CLOSE_LIMIT_MILLIS = 2_000;

    private final LinkSockets owner;
    private final BiConsumer<Channel, Goodbye> endOfOutput;
    private boolean hasWholeMessages;
    private ChannelHandlerContext context;
    private LinkChannel channel;
    private ScheduledFuture<?> closeLimit;
    private Goodbye refusal;
    /** The place in {@link LoopSockets}. */
    int place;

    LinkSocket(LinkSockets owner, BiConsumer<Channel, Goodbye> endOfOutput) {
        this.owner = owner;
        this.endOfOutput = endOfOutput;
    }

    /** For a protocol below that has no pieces: whole messages in frames of up to 16 MiB, so payloads of 15 MiB at most. Called before the socket is active. */
    public LinkSocket ofWholeMessages() {
        hasWholeMessages = true;
        return this;
    }

    boolean hasWholeMessages() {
        return hasWholeMessages;
    }

    /** Whether a connector was ever taken in over this socket. */
    public boolean wasWelcomed() {
        return channel != null && channel.wasWelcomed();
    }

    /** Has no connector let in, whoever it is; before the socket is active. */
    void refuseEveryHello(Goodbye why) {
        refusal = why;
    }

    /** Why no connector is let in; {@code null} where one may be. */
    Goodbye refusal() {
        return refusal;
    }

    /** The channel; {@code null} until the socket is open. */
    LinkChannel channel() {
        return channel;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        channel = owner.opened(this, active.channel(), new Sink());
        if (channel == null) {
            active.close();
        } else {
            if (hasWholeMessages) {
                channel.link().writeWholeMessages();
            }
            channel.link().start();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (channel != null && closeLimit == null) {
                channel.link().receive(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        if (channel != null) {
            channel.readComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext below, Object event) {
        if (channel != null && event instanceof Goodbye goodbye) {
            channel.link().close(goodbye);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        if (channel == null) {
            return;
        }
        if (!context.channel().isWritable()) {
            channel.link().writable(false);
        } else {
            // Often told in the midst of a write of the link: what it and the send queue hold goes out after that.
            context.executor().execute(this::resume);
        }
    }

    private void resume() {
        if (context.channel().isWritable()) {
            channel.resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        if (closeLimit != null) {
            closeLimit.cancel(false);
        }
        if (channel != null) {
            channel.link().socketClosed();
            owner.closed(this, inactive.channel());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("socket {}: {}", failed.channel().remoteAddress(), cause.toString());
        } else {
            LOG.error("channel to {} is closed after a defect", failed.channel().remoteAddress(), cause);
        }
        failed.close();
    }

    private void closeWithin(long millis) {
        closeLimit = context.executor().schedule(this::closeNow, millis, TimeUnit.MILLISECONDS);
    }

    /** Closes the socket, whatever is still to be written. */
    void closeNow() {
        context.close();
    }

    /** What the link writes to; apart from the handler, which its pipeline sees. */
    private final class Sink implements LinkSink {
        @Override
        public boolean flushSoon() {
            context.executor().execute(channel.link()::flush);
            return true;
        }

        @Override
        public void write(ByteBuf frames) {
            context.writeAndFlush(frames, context.voidPromise());
        }

        /**
         * Sends what was written and the end of the stream, then waits for the end of the peer's: a socket that is closed with
         * unread bytes in it is reset, and the peer might never see the goodbye.
         */
        @Override
        public void close() {
            if (closeLimit == null && context.channel().isActive()) {
                closeWithin(FLUSH_LIMIT_MILLIS);
                context.executor().execute(this::sayEnd); // behind the link's telling of why
            }
        }

        private void sayEnd() {
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (written.isSuccess()) {
                    closeLimit.cancel(false);
                    closeWithin(CLOSE_LIMIT_MILLIS);
                    endOfOutput.accept(context.channel(), channel.end());
                } else {
                    context.close();
                }
            });
        }
    }
}
