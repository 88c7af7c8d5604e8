package io.sommelier.http.engine;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * The reply that a message stands for. The header object is the reply's own.
 *
 * @param body a {@code byte[]} or a {@code Flow.Publisher<ByteBuffer>}
 */
record ReplyMessage(HttpResponseStatus status, HttpHeaders headers, Object body) {
    /** The engine's own, or those of one connection only. */
    private static final Set<String> NOT_FOR_ROUTES = Set.of(
            "connection",
            "content-length",
            "content-type",
            "date",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /**
     * Reads the message.
     *
     * @param streams reads a body that is an input stream
     * @throws NoTypeConversionAvailableException when the body can be made neither bytes nor a stream
     * @throws IllegalArgumentException when a header cannot be sent, such as one with a line break in it
     */
    static ReplyMessage of(
            Exchange exchange, PlatformHttpEndpoint endpoint, RequestMessage request, Executor streams, int chunkBytes)
            throws NoTypeConversionAvailableException {
        Message message = exchange.getMessage();
        Object raw = message.getBody();
        var headers = new DefaultHttpHeaders();
        String contentType = message.getHeader(Exchange.CONTENT_TYPE, String.class);
        Object body = body(exchange, raw, contentType, streams, chunkBytes);
        boolean isEmpty = body instanceof byte[] bytes && bytes.length == 0;
        if (contentType == null && !isEmpty) {
            contentType = raw instanceof String ? "text/plain; charset=utf-8" : "application/octet-stream";
        }
        if (contentType != null && !(isEmpty && request.isReceived(message.getHeader(Exchange.CONTENT_TYPE)))) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        copy(message, exchange, endpoint, request, headers);
        return new ReplyMessage(status(message, isEmpty), headers, body);
    }

    @SuppressWarnings("unchecked")
    Flow.Publisher<ByteBuffer> publisher() {
        return (Flow.Publisher<ByteBuffer>) body;
    }

    private static HttpResponseStatus status(Message message, boolean isEmpty) {
        Integer code = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        if (code == null) {
            return isEmpty ? HttpResponseStatus.NO_CONTENT : HttpResponseStatus.OK;
        }
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("status " + code + " is not possible, allowed are 200 to 599");
        }
        return HttpResponseStatus.valueOf(code);
    }

    private static Object body(Exchange exchange, Object raw, String contentType, Executor streams, int chunkBytes)
            throws NoTypeConversionAvailableException {
        if (raw == null) {
            return new byte[0];
        }
        if (raw instanceof byte[] || raw instanceof Flow.Publisher<?>) {
            return raw;
        }
        if (raw instanceof String text) {
            return text.getBytes(charset(contentType));
        }
        if (raw instanceof ByteBuffer buffer) {
            var bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        InputStream in = raw instanceof InputStream stream
                ? stream
                : exchange.getContext().getTypeConverter().mandatoryConvertTo(InputStream.class, exchange, raw);
        return new InputStreamParts(in, streams, chunkBytes);
    }

    private static Charset charset(String contentType) {
        int at = contentType == null ? -1 : contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name =
                contentType.substring(at + "charset=".length()).split(";")[0].trim();
        return Charset.forName(name.replace("\"", ""));
    }

    private static void copy(
            Message message,
            Exchange exchange,
            PlatformHttpEndpoint endpoint,
            RequestMessage request,
            HttpHeaders headers) {
        HeaderFilterStrategy filter = endpoint.getHeaderFilterStrategy();
        // The stock filters would also take away Cache-Control, Pragma, Via and Warning, which are a route's to set.
        boolean isStock = RequestMessage.isStock(filter);
        for (Map.Entry<String, Object> header : message.getHeaders().entrySet()) {
            String name = header.getKey();
            Object value = header.getValue();
            if (value == null
                    || RequestMessage.isCamels(name)
                    || NOT_FOR_ROUTES.contains(name.toLowerCase(Locale.ROOT))
                    || !endpoint.isReturnHttpRequestHeaders() && request.isReceived(value)
                    || !isStock && filter.applyFilterToCamelHeaders(name, value, exchange)) {
                continue;
            }
            for (Object one : value instanceof Collection<?> many ? many : List.of(value)) {
                String text = exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, one);
                if (text != null) {
                    headers.add(name, text);
                }
            }
        }
    }
}
