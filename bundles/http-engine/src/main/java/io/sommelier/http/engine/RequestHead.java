package io.sommelier.http.engine;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Optional;

/**
 * The header of a request. Immutable but for its headers, which nobody changes.
 *
 * @param contentLength the announced length of the body, -1 when it is chunked
 * @param isKeepAlive whether the client allows the connection to go on
 * @param expectsContinue whether the client waits for a 100 before it sends the body
 * @param isVersion10 whether the client knows no chunks
 */
record RequestHead(
        String method,
        String uri,
        HttpHeaders headers,
        long contentLength,
        boolean isKeepAlive,
        boolean expectsContinue,
        boolean isVersion10) {

    static RequestHead of(HttpRequest request) {
        return new RequestHead(
                request.method().name(),
                request.uri(),
                request.headers(),
                HttpUtil.isTransferEncodingChunked(request) ? -1 : HttpUtil.getContentLength(request, 0L),
                HttpUtil.isKeepAlive(request),
                request.headers().contains(HttpHeaderNames.EXPECT),
                request.protocolVersion().equals(HttpVersion.HTTP_1_0));
    }

    boolean hasBody() {
        return contentLength != 0;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    /** Why a request cannot even be understood; its connection cannot go on. */
    static Optional<HttpResponseStatus> fault(HttpRequest request) {
        DecoderResult result = request.decoderResult();
        if (result.isFailure()) {
            return Optional.of(
                    result.cause() instanceof TooLongHttpLineException
                            ? HttpResponseStatus.REQUEST_URI_TOO_LONG
                            : result.cause() instanceof TooLongHttpHeaderException
                                    ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                                    : HttpResponseStatus.BAD_REQUEST);
        }
        HttpVersion version = request.protocolVersion();
        if (version.majorVersion() != 1 || version.minorVersion() > 1) {
            return Optional.of(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED);
        }
        HttpHeaders headers = request.headers();
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || hosts == 0 && version.minorVersion() == 1) {
            return Optional.of(HttpResponseStatus.BAD_REQUEST);
        }
        String encoding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (encoding != null) {
            boolean isPlainChunked = HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encoding.trim())
                    && headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() == 1;
            if (version.minorVersion() == 0) {
                return Optional.of(HttpResponseStatus.BAD_REQUEST);
            }
            if (!isPlainChunked) {
                return Optional.of(HttpResponseStatus.NOT_IMPLEMENTED);
            }
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            return Optional.of(HttpResponseStatus.NOT_IMPLEMENTED);
        }
        String expect = headers.get(HttpHeaderNames.EXPECT);
        if (expect != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
            return Optional.of(HttpResponseStatus.EXPECTATION_FAILED);
        }
        return Optional.empty();
    }
}
