package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Decodes one request at a time. While it is paused, what comes stays undecoded, up to a bound; beyond that the
 * connection is not read. So pipelined requests cost no more than their bytes, replies keep the order of requests, and a
 * disconnect is seen while a request is answered. Confined to the event loop of its connection.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private final HttpConnection connection;
    private final int pipelineBytes;
    private ChannelHandlerContext context;
    private boolean isPaused;
    private boolean isReading;
    private boolean isDeaf;

    RequestDecoder(HttpConnection connection, HttpSettings settings) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(settings.maxUriBytes())
                .setMaxHeaderSize(settings.maxHeaderBytes())
                .setStrictLineParsing(true));
        this.connection = connection;
        pipelineBytes = settings.pipelineBytes();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (isDeaf) {
            ReferenceCountUtil.release(message);
            return;
        }
        connection.bytesCame();
        isReading = true;
        try {
            super.channelRead(ctx, message);
        } finally {
            isReading = false;
        }
        afterDecoding();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!isPaused && !isDeaf) {
            super.decode(ctx, in, out);
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        // The client is gone. What is not decoded now has nobody to be answered to.
    }

    /** Two lengths for one body are how requests are smuggled past a proxy. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }

    void pause() {
        isPaused = true;
    }

    void resume() throws Exception {
        isPaused = false;
        if (!isReading && !isDeaf) {
            if (hasUndecoded()) {
                channelRead(context, Unpooled.EMPTY_BUFFER);
                connection.flushWritten();
            }
            if (!isPaused) {
                context.channel().config().setAutoRead(true);
            }
        }
    }

    /** From now on all that comes is thrown away. */
    void ignoreAll() {
        isDeaf = true;
        context.channel().config().setAutoRead(true);
    }

    boolean isPaused() {
        return isPaused;
    }

    boolean isReading() {
        return isReading;
    }

    private boolean hasUndecoded() {
        return actualReadableBytes() > 0;
    }

    private void afterDecoding() {
        if (isPaused && !isDeaf && actualReadableBytes() > pipelineBytes) {
            context.channel().config().setAutoRead(false);
        } else if (!isPaused && hasUndecoded()) {
            // The next request has begun behind one that is answered.
            connection.bytesCame();
        }
    }
}
