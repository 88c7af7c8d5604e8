package io.sommelier.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.transport.link.LinkSocket;

/**
 * Stands between the frames of a WebSocket and the bytes of a link: pings, the end, and what breaks RFC 6455 are the same in every form. Confined to the event loop of the
 * socket.
 */
abstract class WebSocketForm extends ChannelDuplexHandler {
    private int faultCode;
    private boolean isClosing;

    /** A frame of data came; takes it over. */
    abstract void data(ChannelHandlerContext context, WebSocketFrame frame);

    /** A pong came; does not release it. */
    void pong(ChannelHandlerContext context, ByteBuf token) {
        // in answer to nothing
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof CloseWebSocketFrame close) {
            closedByPeer(context, close);
        } else if (isClosing || !(message instanceof WebSocketFrame frame)) {
            ReferenceCountUtil.release(message);
        } else if (frame instanceof PingWebSocketFrame) {
            answer(context, frame);
        } else if (frame instanceof PongWebSocketFrame) {
            pong(context, frame.content());
            frame.release();
        } else {
            data(context, frame);
        }
    }

    /** A peer that reads nothing gets no answers, which would pile up. */
    private static void answer(ChannelHandlerContext context, WebSocketFrame ping) {
        if (context.channel().isWritable()) {
            context.writeAndFlush(new PongWebSocketFrame(ping.content()), context.voidPromise());
        } else {
            ping.release();
        }
    }

    private void closedByPeer(ChannelHandlerContext context, CloseWebSocketFrame close) {
        if (isClosing) {
            close.release();
            context.close();
        } else {
            isClosing = true;
            context.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The peer broke a rule: the link says so and ends, and the WebSocket ends with that code. */
    final void fault(ChannelHandlerContext context, WebSocketCloseStatus code, String what) {
        if (faultCode == 0) {
            faultCode = code.code();
            // Who does not even speak the protocol need not come back.
            boolean comeBack = context.pipeline().get(LinkSocket.class).wasWelcomed();
            context.fireUserEventTriggered(new Goodbye(CloseReason.PROTOCOL_ERROR, comeBack, what));
        }
    }

    /** Says that nothing more comes, and why; the peer answers and the socket closes. */
    final void end(Channel socket, Goodbye why) {
        if (!isClosing) {
            isClosing = true;
            int code = faultCode == 0 ? CloseCodes.of(why.reason()) : faultCode;
            socket.writeAndFlush(new CloseWebSocketFrame(code, CloseCodes.text(why.message())));
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupt) {
            fault(context, corrupt.closeStatus(), String.valueOf(corrupt.getMessage()));
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
