package io.sommelier.http.engine;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine answers by itself: {@code application/problem+json} (RFC 9457). An application may word it: a {@link
 * Function} that is bound under {@link #WORDING} in the registry of its Camel context is asked for the body of what its
 * own routes would have answered.
 */
final class Refusals {
    /**
     * A {@code Function<Map<String, ?>, byte[]>}. The map has {@code status}, an Integer, {@code detail}, a String with one
     * sentence in printable ASCII, and {@code started}, a Boolean: whether the route had the request, and may have done
     * something. It is called on an event loop and must not block.
     */
    static final String WORDING = "sommelier.http.wording";

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final byte[] NONE = new byte[0];

    private Refusals() {}

    /** The body; without quotes or backslashes in the detail. */
    static byte[] body(HttpResponseStatus status, String detail) {
        return status.code() < 400
                ? NONE
                : ("{\"type\":\"about:blank\",\"title\":\"" + status.reasonPhrase() + "\",\"status\":" + status.code()
                                + ",\"detail\":\"" + detail + "\"}")
                        .getBytes(StandardCharsets.US_ASCII);
    }

    /** The body as the application of that context words it, if it does. */
    static byte[] body(CamelContext context, HttpResponseStatus status, String detail, boolean isStarted) {
        if (status.code() < 400 || context == null) {
            return body(status, detail);
        }
        Object wording = context.getRegistry().lookupByName(WORDING);
        if (wording instanceof Function<?, ?> function) {
            try {
                return worded(function, Map.of("status", status.code(), "detail", detail, "started", isStarted));
            } catch (RuntimeException e) {
                LOG.warn("How {} words its problems failed", context.getName(), e);
            }
        }
        return body(status, detail);
    }

    @SuppressWarnings("unchecked")
    private static byte[] worded(Function<?, ?> function, Map<String, ?> problem) {
        return ((Function<Map<String, ?>, byte[]>) function).apply(problem);
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
