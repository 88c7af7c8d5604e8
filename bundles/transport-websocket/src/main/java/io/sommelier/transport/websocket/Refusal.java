package io.sommelier.transport.websocket;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * Why a request is not upgraded. Immutable.
 *
 * @param status the status of the answer
 * @param reason what its body says: what was wrong, and what is allowed
 * @param header a header of the answer that says so to programs, empty where there is none
 * @param value the value of that header
 */
record Refusal(HttpResponseStatus status, String reason, String header, String value) {

    Refusal(HttpResponseStatus status, String reason) {
        this(status, reason, "", "");
    }

    FullHttpResponse response() {
        byte[] body = (reason + "\n").getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (!header.isEmpty()) {
            response.headers().set(header, value);
        }
        return response;
    }

    @Override
    public String toString() {
        return status.code() + " " + reason;
    }
}
