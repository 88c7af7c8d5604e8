package io.sommelier.http.engine;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.Set;

/** What the table says to a request. */
sealed interface RouteAnswer {
    /** A route serves it, with these values of its path's variables. */
    record Found(HttpConsumer consumer, Map<String, String> variables) implements RouteAnswer {}

    /**
     * No route serves it.
     *
     * @param allow for the Allow header; empty where that has no place
     * @param body what is said of it
     */
    record Refused(HttpResponseStatus status, Set<String> allow, byte[] body) implements RouteAnswer {}
}
