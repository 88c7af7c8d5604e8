package io.sommelier.transport.websocket;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What a request must be to be upgraded (RFC 6455, 4.2.1). Stateless. */
final class UpgradeRules {
    private static final int KEY_BYTES = 16;

    private UpgradeRules() {}

    /** Why a request is not upgraded; empty when it is. */
    static Optional<Refusal> check(HttpRequest request, WebSocketSettings settings) {
        return Optional.ofNullable(refusal(request, settings));
    }

    private static Refusal refusal(HttpRequest request, WebSocketSettings settings) {
        if (request.decoderResult().isFailure()) {
            return malformed(request.decoderResult(), settings);
        }
        HttpHeaders headers = request.headers();
        if (!pathOf(request).equals(settings.path())) {
            return new Refusal(HttpResponseStatus.NOT_FOUND, "nothing is here; the path is " + settings.path());
        }
        if (!HttpMethod.GET.equals(request.method())) {
            return new Refusal(
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    "the method is " + request.method() + ", allowed is GET",
                    "Allow",
                    "GET");
        }
        if (!HttpVersion.HTTP_1_1.equals(request.protocolVersion())
                || !headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
            return new Refusal(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "this is no upgrade to a WebSocket; connectors alone are served here",
                    "Upgrade",
                    "websocket");
        }
        if (!"13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return new Refusal(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "the version of WebSocket is " + headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION)
                            + ", spoken is 13",
                    "Sec-WebSocket-Version",
                    "13");
        }
        if (!isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return bad("Sec-WebSocket-Key is not one value of 16 bytes in base 64");
        }
        if (headers.getAll(HttpHeaderNames.HOST).size() != 1) {
            return bad("there is not one Host");
        }
        if (!headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0")
                || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return bad("a request for an upgrade has no body");
        }
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        String origin = origins.isEmpty() ? null : origins.get(0);
        if (origins.size() > 1 || !settings.origins().allow(origin, headers.get(HttpHeaderNames.HOST))) {
            return new Refusal(
                    HttpResponseStatus.FORBIDDEN, "pages of " + origin + " are not allowed to dial this controller");
        }
        if (Form.offeredBy(headers).isEmpty()) {
            return bad("Sec-WebSocket-Protocol names no subprotocol that is spoken here; spoken are " + Form.NAMES);
        }
        return null;
    }

    private static Refusal bad(String reason) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, reason);
    }

    private static Refusal malformed(DecoderResult result, WebSocketSettings settings) {
        String most = ", allowed are " + settings.maxHandshakeBytes() + " bytes";
        if (result.cause() instanceof TooLongHttpLineException) {
            return new Refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is too long" + most);
        }
        if (result.cause() instanceof TooLongHttpHeaderException) {
            return new Refusal(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large" + most);
        }
        return bad("this is no HTTP request");
    }

    private static String pathOf(HttpRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isKey(List<String> keys) {
        try {
            return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0)).length == KEY_BYTES;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
