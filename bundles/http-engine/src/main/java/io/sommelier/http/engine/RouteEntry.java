package io.sommelier.http.engine;

import java.util.Set;
import java.util.TreeSet;

/**
 * One route in the table: what it covers and who serves it. Immutable.
 *
 * @param methods the methods it is restricted to; empty for all
 * @param consumer who serves it; while it is away, who did
 * @param awayUntilNanos until when it is answered 503; {@link #HERE} while it is served
 */
record RouteEntry(
        PathPattern pattern,
        Set<String> methods,
        MediaTypes consumes,
        MediaTypes produces,
        HttpConsumer consumer,
        long awayUntilNanos) {

    /** Served. No instant of the clock: what is away has another value. */
    static final long HERE = Long.MIN_VALUE;

    boolean isHere() {
        return awayUntilNanos == HERE;
    }

    RouteEntry awayUntil(long nanos) {
        return new RouteEntry(pattern, methods, consumes, produces, consumer, nanos == HERE ? nanos + 1 : nanos);
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
