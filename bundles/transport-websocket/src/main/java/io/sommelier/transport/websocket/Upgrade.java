package io.sommelier.transport.websocket;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.sommelier.transport.link.LinkTls;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * The first request of a socket: answers it with an upgrade, and hands the pipeline over to the form that was agreed on; or refuses it, and closes. Confined to the event loop
 * of the socket.
 */
final class Upgrade extends ChannelInboundHandlerAdapter {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
    /** How long a refused client has to read why, and close. */
    private static final long CLOSE_LIMIT_MILLIS = 2_000;

    private static final Refusal ONLY_TLS = new Refusal(
            HttpResponseStatus.BAD_REQUEST, "only TLS is spoken here, and the request came without; dial wss://");
    private static final Refusal TLS_IN_THE_CLEAR =
            new Refusal(HttpResponseStatus.BAD_REQUEST, "TLS is not spoken here; dial ws://");
    private static final Refusal STOPS =
            new Refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, "the controller is going down; come back");

    private final WebSocketSettings settings;
    private final RefusedUpgrades refused;
    private final BooleanSupplier stops;
    private final BiConsumer<ChannelHandlerContext, Form> upgraded;
    private ScheduledFuture<?> limit;
    private HttpRequest request;
    private boolean isAnswered;
    private boolean isInTheClear;

    /**
     * Waits for its request.
     *
     * @param stops whether the transport stops, and nobody is upgraded any more
     * @param upgraded builds the pipeline of the form behind the codec of HTTP, which is then taken out
     */
    Upgrade(
            WebSocketSettings settings,
            RefusedUpgrades refused,
            BooleanSupplier stops,
            BiConsumer<ChannelHandlerContext, Form> upgraded) {
        this.settings = settings;
        this.refused = refused;
        this.stops = stops;
        this.upgraded = upgraded;
    }

    /** Refuses whatever comes, since it comes without TLS where only TLS is spoken; who says so has told the log. */
    void refuseInTheClear() {
        isInTheClear = true;
    }

    /** Refuses a client that begins with TLS where there is none: it takes the answer for none of TLS, and does not wait for a time-out. */
    void refuseTls(ChannelHandlerContext context) {
        refuse(context.pipeline().context(this), TLS_IN_THE_CLEAR);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        closeWithin(context, settings.link().helloLimit().toMillis());
    }

    private void closeWithin(ChannelHandlerContext context, long millis) {
        limit = context.executor().schedule(() -> tooLate(context), millis, TimeUnit.MILLISECONDS);
    }

    private void tooLate(ChannelHandlerContext context) {
        if (!isAnswered) {
            refused.add(
                    context.channel().remoteAddress(),
                    "no request came within " + settings.link().helloLimit());
        }
        context.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (isAnswered) {
                return;
            }
            if (message instanceof HttpRequest first) {
                request = first;
                Optional<Refusal> refusal = isInTheClear
                        ? Optional.of(ONLY_TLS)
                        : stops.getAsBoolean() ? Optional.of(STOPS) : UpgradeRules.check(first, settings);
                if (refusal.isPresent()) {
                    refuse(context, refusal.get());
                }
            } else if (message instanceof LastHttpContent) {
                upgrade(context);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void refuse(ChannelHandlerContext context, Refusal refusal) {
        isAnswered = true;
        limit.cancel(false);
        if (!isInTheClear && refusal != STOPS) {
            refused.add(context.channel().remoteAddress(), refusal.toString());
        }
        closeWithin(context, CLOSE_LIMIT_MILLIS);
        context.writeAndFlush(refusal.response()).addListener((ChannelFuture written) -> {
            if (written.isSuccess() && written.channel() instanceof DuplexChannel socket) {
                LinkTls.endOutput(socket); // and reads on: a socket that is closed with unread bytes is reset
            } else {
                written.channel().close();
            }
        });
    }

    private void upgrade(ChannelHandlerContext context) {
        isAnswered = true;
        limit.cancel(false);
        Form form = Form.offeredBy(request.headers()).orElseThrow();
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(
                        HttpHeaderNames.SEC_WEBSOCKET_ACCEPT,
                        acceptOf(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY)))
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, form.subprotocol());
        context.writeAndFlush(response, context.voidPromise());
        upgraded.accept(context, form);
        ChannelPipeline pipeline = context.pipeline();
        pipeline.remove(this);
        pipeline.remove(HttpServerCodec.class); // what it has read beyond the request goes to the form
    }

    private static String acceptOf(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never); // every Java platform has it
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (limit != null) { // else it ended in the handshake of TLS
            limit.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refused.add(context.channel().remoteAddress(), String.valueOf(cause));
        context.close();
    }
}
