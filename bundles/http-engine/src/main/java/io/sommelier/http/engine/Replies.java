package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;

/** Frames replies: Date, Connection, and how the end of the body is told. Thread-safe. */
final class Replies {
    private final DateHeader date;

    Replies(DateHeader date) {
        this.date = date;
    }

    /** A reply whose body is there; {@code request} is empty for one that could not be read. */
    HttpResponse whole(
            HttpResponseStatus status,
            HttpHeaders headers,
            byte[] body,
            Optional<RequestHead> request,
            boolean isKept) {
        common(headers, request, isKept);
        if (!isWithoutBody(status)) {
            headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        boolean isBodyLess =
                isWithoutBody(status) || request.map(RequestHead::isHead).orElse(false);
        ByteBuf content = isBodyLess ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content, headers, EmptyHttpHeaders.INSTANCE);
    }

    /** The head of a reply whose parts follow, in chunks or, for a client that knows none, up to the close. */
    HttpResponse streamed(HttpResponseStatus status, HttpHeaders headers, RequestHead request, boolean isKept) {
        common(headers, Optional.of(request), isKept);
        if (!request.isVersion10()) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers);
    }

    /** The head of a reply that would have parts, if it were not for the method or the status. */
    HttpResponse withoutBody(HttpResponseStatus status, HttpHeaders headers, RequestHead request, boolean isKept) {
        common(headers, Optional.of(request), isKept);
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER, headers, EmptyHttpHeaders.INSTANCE);
    }

    static boolean isWithoutBody(HttpResponseStatus status) {
        return status.code() == 204 || status.code() == 304;
    }

    private void common(HttpHeaders headers, Optional<RequestHead> request, boolean isKept) {
        headers.set(HttpHeaderNames.DATE, date.now());
        if (!isKept) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.map(RequestHead::isVersion10).orElse(false)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }
}
