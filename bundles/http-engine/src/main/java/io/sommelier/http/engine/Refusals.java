package io.sommelier.http.engine;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What the engine answers by itself: {@code application/problem+json} (RFC 9457) with a title and the status. */
final class Refusals {
    private static final String RETRY_AFTER_SECONDS = "2";

    private Refusals() {}

    static byte[] body(HttpResponseStatus status) {
        return status.code() < 400
                ? new byte[0]
                : ("{\"title\":\"" + status.reasonPhrase() + "\",\"status\":" + status.code() + "}")
                        .getBytes(StandardCharsets.US_ASCII);
    }

    static HttpHeaders headers(HttpResponseStatus status, Set<String> allow) {
        var headers = new DefaultHttpHeaders();
        if (status.code() >= 400) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json");
        }
        if (!allow.isEmpty()) {
            headers.set(HttpHeaderNames.ALLOW, String.join(", ", allow));
        }
        if (status.code() == 503) {
            headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return headers;
    }
}
