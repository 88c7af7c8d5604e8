package io.sommelier.http.engine;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import java.util.TreeSet;

/**
 * One route in the table: what it covers and who serves it. Immutable.
 *
 * @param methods the methods it is restricted to; empty for all
 * @param owner tells whose route it is, also while it is away
 * @param consumer who serves it; null while it is away, so that nothing of an application that went is kept
 * @param awayUntilNanos until when it is answered 503; {@link #HERE} while it is served
 * @param awayBody what is said then; null while it is served
 */
record RouteEntry(
        PathPattern pattern,
        Set<String> methods,
        MediaTypes consumes,
        MediaTypes produces,
        Object owner,
        HttpConsumer consumer,
        long awayUntilNanos,
        byte[] awayBody) {

    /** Served. No instant of the clock: what is away has another value. */
    static final long HERE = Long.MIN_VALUE;

    private static final String AWAY = "what serves this path is away for a moment; try again";

    boolean isHere() {
        return awayUntilNanos == HERE;
    }

    static RouteEntry here(
            PathPattern pattern, Set<String> methods, MediaTypes consumes, MediaTypes produces, HttpConsumer consumer) {
        return new RouteEntry(pattern, methods, consumes, produces, consumer.key(), consumer, HERE, null);
    }

    RouteEntry awayUntil(long nanos) {
        byte[] body = isHere() ? refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, AWAY) : awayBody;
        return new RouteEntry(
                pattern, methods, consumes, produces, owner, null, nanos == HERE ? nanos + 1 : nanos, body);
    }

    /** What is said of a request that this route does not take, though it covers its path; the route has to be here. */
    byte[] refusal(HttpResponseStatus status, String detail) {
        return Refusals.body(consumer.getEndpoint().getCamelContext(), status, detail, false);
    }

    boolean isOver(long nowNanos) {
        return !isHere() && nowNanos - awayUntilNanos >= 0;
    }

    /** A route for GET serves HEAD as well. */
    boolean allows(String method) {
        return methods.isEmpty() || methods.contains(method) || method.equals("HEAD") && methods.contains("GET");
    }

    /** Whether no request could tell these two apart. */
    boolean collidesWith(RouteEntry other) {
        var common = new TreeSet<>(methods);
        common.retainAll(other.methods);
        return pattern.isPrefix() == other.pattern.isPrefix()
                && pattern.shape().equals(other.pattern.shape())
                && (methods.isEmpty() && other.methods.isEmpty() || !common.isEmpty())
                && consumes.equals(other.consumes)
                && produces.equals(other.produces);
    }
}
