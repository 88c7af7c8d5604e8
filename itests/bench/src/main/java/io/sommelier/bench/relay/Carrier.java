package io.sommelier.bench.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslHandler;
import io.sommelier.bench.party.Keys;
import io.sommelier.bench.party.Over;
import java.net.URI;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** What stands between the frames of a relay and the socket; Netty's own handlers, and as few as there can be. Immutable. */
public final class Carrier {
    private static final String PATH = "/relay";
    private static final int MAX_UPGRADE_BYTES = 8192;

    private final Over over;
    private final SSLContext tls;

    private Carrier(Over over, SSLContext tls) {
        this.over = over;
        this.tls = tls;
    }

    /** Of the relay itself. */
    public static Carrier ofRelay(Over over, Keys keys) {
        return new Carrier(over, over == Over.TLS ? keys.ofListener().load() : null);
    }

    /** Of its clients. */
    public static Carrier ofClient(Over over, Keys keys) {
        return new Carrier(over, over == Over.TLS ? keys.ofDialer().load() : null);
    }

    /** Whether a client speaks only once the WebSocket is there. */
    boolean hasUpgrade() {
        return over == Over.WEBSOCKET;
    }

    void addToRelay(ChannelPipeline pipeline) {
        if (hasUpgrade()) {
            pipeline.addLast(
                    new HttpServerCodec(),
                    new HttpObjectAggregator(MAX_UPGRADE_BYTES),
                    new WebSocketServerProtocolHandler(PATH, null, false, RelayFrame.MAX_FRAME_BYTES),
                    new Unwrap(),
                    new Wrap());
        } else {
            addPlain(pipeline, false);
        }
    }

    void addToClient(ChannelPipeline pipeline) {
        if (hasUpgrade()) {
            WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                    .webSocketUri(URI.create("ws://127.0.0.1" + PATH))
                    .maxFramePayloadLength(RelayFrame.MAX_FRAME_BYTES)
                    .build();
            pipeline.addLast(
                    new HttpClientCodec(),
                    new HttpObjectAggregator(MAX_UPGRADE_BYTES),
                    new WebSocketClientProtocolHandler(config),
                    new Unwrap(),
                    new Wrap());
        } else {
            addPlain(pipeline, true);
        }
    }

    private void addPlain(ChannelPipeline pipeline, boolean client) {
        if (tls != null) {
            SSLEngine engine = tls.createSSLEngine();
            engine.setUseClientMode(client);
            pipeline.addLast(new SslHandler(engine));
        }
        pipeline.addLast(RelayFrame.decoder());
    }

    /** A message is a frame. */
    private static final class Unwrap extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.fireChannelRead(((WebSocketFrame) message).content());
        }
    }

    /** A frame is a message; the upgrade passes as it is. */
    private static final class Wrap extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ctx.write(message instanceof ByteBuf frame ? new BinaryWebSocketFrame(frame) : message, promise);
        }
    }
}
