package io.sommelier.connector;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.proxy.ProxyConnectionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.sommelier.wire.TlsContext;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * What stands between a dialled socket and the bytes of the link: a proxy, TLS, a WebSocket, in this order, each or none. Immutable.
 *
 * @param proxy through whom, or nobody
 * @param tls for addresses with TLS
 * @param verifiesHost whether a certificate must be that of the host that is dialled
 * @param limitMillis how long all of it may take
 */
record Approach(Optional<ProxyServer> proxy, Optional<TlsContext> tls, boolean verifiesHost, long limitMillis) {
    private static final String SUBPROTOCOL = "sommelier.v1";
    private static final int MAX_FRAME_BYTES = (16 << 20) + 1024;
    private static final int MAX_ANSWER_BYTES = 16 * 1024;

    /** Prepares the pipeline of a socket that is not connected yet, up to where the end is added. */
    Optional<Threshold> prepare(
            ChannelPipeline pipeline,
            ControllerAddress to,
            InetSocketAddress proxyAddress,
            Map<String, String> headers) {
        Class<?> last = null;
        if (proxy.isPresent()) {
            pipeline.addLast(proxy.get().newHandler(proxyAddress));
            last = ProxyConnectionEvent.class;
        }
        if (to.isSecure()) {
            SslHandler handler = new SslHandler(
                    tls.orElseThrow().client(to.at().host(), to.at().port(), verifiesHost));
            handler.setHandshakeTimeoutMillis(0); // the whole way has one limit
            pipeline.addLast(handler);
            last = SslHandshakeCompletionEvent.class;
        }
        if (to.isWebSocket()) {
            pipeline.addLast(
                    new HttpClientCodec(),
                    new HttpObjectAggregator(MAX_ANSWER_BYTES),
                    new RefusedUpgrade(),
                    new WebSocketClientProtocolHandler(webSocket(to, headers)),
                    new WebSocketBytes());
            last = ClientHandshakeStateEvent.class;
        }
        if (last == null) {
            return Optional.empty();
        }
        Class<?> awaited = last;
        Threshold threshold = new Threshold(
                event -> awaited.isInstance(event)
                        && (awaited != ClientHandshakeStateEvent.class
                                || event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE),
                limitMillis);
        pipeline.addLast(threshold);
        return Optional.of(threshold);
    }

    private static WebSocketClientProtocolConfig webSocket(ControllerAddress to, Map<String, String> headers) {
        HttpHeaders custom = new DefaultHttpHeaders();
        headers.forEach(custom::set);
        return WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create((to.isSecure() ? "wss://" : "ws://") + to.at() + to.path()))
                .subprotocol(SUBPROTOCOL)
                .version(WebSocketVersion.V13)
                .customHeaders(custom)
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .handleCloseFrames(true)
                .withUTF8Validator(false)
                .build();
    }

    /** Tells the peer, once all is written, that nothing more comes. */
    static void endOutput(ChannelHandlerContext context) {
        Channel socket = context.channel();
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        if (socket.pipeline().get(Threshold.class) != null && socket.pipeline().get(WebSocketBytes.class) != null) {
            context.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
        } else if (tls != null) {
            tls.closeOutbound().addListener(said -> ((DuplexChannel) socket).shutdownOutput());
        } else {
            ((DuplexChannel) socket).shutdownOutput();
        }
    }
}
