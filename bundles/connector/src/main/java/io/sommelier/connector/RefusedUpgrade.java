package io.sommelier.connector;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;

/** Tells what a server says that does not upgrade to a WebSocket, since its text names the reason. Confined to the loop. */
final class RefusedUpgrade extends ChannelInboundHandlerAdapter {
    private static final int MOST_CHARS = 200;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof FullHttpResponse answer)) {
            context.fireChannelRead(message);
        } else if (answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            context.pipeline().remove(this);
            context.fireChannelRead(answer);
        } else {
            String text = answer.content().toString(StandardCharsets.UTF_8).strip();
            String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
            answer.release();
            context.fireExceptionCaught(new WebSocketHandshakeException("no WebSocket there: HTTP " + answer.status()
                    + (line.isEmpty() ? "" : ", " + line.substring(0, Math.min(line.length(), MOST_CHARS)))));
        }
    }
}
