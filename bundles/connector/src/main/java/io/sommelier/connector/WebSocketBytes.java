package io.sommelier.connector;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** From the binary messages of a WebSocket to bytes and back; where a message begins means nothing. Confined to the loop. */
final class WebSocketBytes extends ChannelDuplexHandler {
    private static final int MAX_BYTES = 64 * 1024;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
            context.fireChannelRead(((WebSocketFrame) message).content());
        } else {
            io.netty.util.ReferenceCountUtil.release(message);
            throw new CorruptedFrameException("a WebSocket message is not binary");
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            context.write(message, promise);
            return;
        }
        while (bytes.readableBytes() > MAX_BYTES) {
            context.write(new BinaryWebSocketFrame(bytes.readRetainedSlice(MAX_BYTES)), context.voidPromise());
        }
        if (bytes.isReadable()) {
            context.write(new BinaryWebSocketFrame(bytes), promise);
        } else {
            context.write(bytes, promise); // tells when all before it is written
        }
    }
}
