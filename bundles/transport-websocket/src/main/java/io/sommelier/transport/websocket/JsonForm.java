package io.sommelier.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A JSON object in each text message. Heartbeats of the controller are pings of the WebSocket, which every client answers by itself. The link above sees frames as from any other
 * connector, so that all rules are its own.
 */
final class JsonForm extends WebSocketForm {
    /** The most bytes of a message before the hello is answered. */
    private static final int HELLO_BYTES = 64 * 1024;

    private static final int FRAME_HEADER_BYTES = 10;
    private static final int WELCOME = 0x02;
    private static final int PING = 0x04;
    private static final int PONG = 0x05;
    private static final int TOKEN_BYTES = 8;

    private final int maxTextBytes;
    private ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    private boolean isWelcomed;

    /** @param maxTextBytes the most bytes of a message */
    JsonForm(int maxTextBytes) {
        this.maxTextBytes = maxTextBytes;
    }

    /** The most bytes of a message whose payload may have so many: what is escaped or in base 64 is longer. */
    static int textLimit(int maxMessageBytes) {
        return 2 * Math.min(maxMessageBytes, 15 << 20) + 192 * 1024;
    }

    @Override
    void data(ChannelHandlerContext context, WebSocketFrame frame) {
        ByteBuf content = frame.content();
        try {
            if (frame instanceof BinaryWebSocketFrame) {
                throw new JsonFaultException(
                        WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                        "a binary message; " + Form.JSON.subprotocol() + " has text");
            }
            int most = isWelcomed ? maxTextBytes : HELLO_BYTES;
            if (pieces.size() + content.readableBytes() > most) {
                throw new JsonFaultException(
                        WebSocketCloseStatus.MESSAGE_TOO_BIG, "the message is longer than " + most + " bytes");
            }
            content.readBytes(pieces, content.readableBytes());
            if (frame.isFinalFragment()) {
                byte[] text = pieces.toByteArray();
                drop();
                context.fireChannelRead(Unpooled.wrappedBuffer(JsonToFrame.frame(text)));
            }
        } catch (JsonFaultException e) {
            drop();
            fault(context, e.code(), e.getMessage());
        } catch (IOException never) {
            throw new IllegalStateException(never); // it goes to memory
        } finally {
            frame.release();
        }
    }

    /** Forgets what came; its array would stay as large as the largest message. */
    private void drop() {
        if (pieces.size() > HELLO_BYTES) {
            pieces = new ByteArrayOutputStream();
        } else {
            pieces.reset();
        }
    }

    @Override
    void pong(ChannelHandlerContext context, ByteBuf token) {
        if (token.readableBytes() == TOKEN_BYTES) {
            context.fireChannelRead(context.alloc()
                    .buffer(FRAME_HEADER_BYTES + TOKEN_BYTES)
                    .writeInt(FRAME_HEADER_BYTES - 4 + TOKEN_BYTES)
                    .writeByte(PONG)
                    .writeByte(0)
                    .writeInt(0)
                    .writeBytes(token));
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf frames)) {
            context.write(message, promise);
            return;
        }
        try {
            while (frames.isReadable()) {
                int length = frames.readInt();
                writeOne(context, frames.readSlice(length));
            }
        } finally {
            frames.release();
        }
        context.write(Unpooled.EMPTY_BUFFER, promise); // tells when all before it is written
    }

    private void writeOne(ChannelHandlerContext context, ByteBuf frame) {
        int type = frame.readUnsignedByte();
        int flags = frame.readUnsignedByte();
        int stream = frame.readInt();
        if (type == PING) {
            context.write(new PingWebSocketFrame(frame.copy()), context.voidPromise());
            return;
        }
        isWelcomed |= type == WELCOME;
        ByteBuffer body = frame.nioBuffer();
        context.write(
                new TextWebSocketFrame(Unpooled.wrappedBuffer(FrameToJson.text(type, flags, stream, body))),
                context.voidPromise());
    }
}
