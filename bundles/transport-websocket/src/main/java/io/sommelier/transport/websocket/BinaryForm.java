package io.sommelier.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** The bytes of the link in binary messages, wherever they are cut. */
final class BinaryForm extends WebSocketForm {
    /** The most bytes in one message: some clients take no more of a frame. */
    private static final int MOST_WRITTEN_BYTES = 64 * 1024;

    @Override
    void data(ChannelHandlerContext context, WebSocketFrame frame) {
        if (frame instanceof TextWebSocketFrame) {
            frame.release();
            fault(
                    context,
                    WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                    "a text message; " + Form.BINARY.subprotocol() + " has binary ones");
        } else {
            context.fireChannelRead(frame.content());
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            context.write(message, promise);
        } else if (!bytes.isReadable()) {
            bytes.release();
            context.write(Unpooled.EMPTY_BUFFER, promise);
        } else {
            while (bytes.readableBytes() > MOST_WRITTEN_BYTES) {
                context.write(
                        new BinaryWebSocketFrame(bytes.readRetainedSlice(MOST_WRITTEN_BYTES)), context.voidPromise());
            }
            context.write(new BinaryWebSocketFrame(bytes), promise);
        }
    }
}
