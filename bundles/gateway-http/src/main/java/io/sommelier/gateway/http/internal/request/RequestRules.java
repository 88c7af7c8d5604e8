package io.sommelier.gateway.http.internal.request;

import io.sommelier.gateway.http.internal.HeaderNames;
import java.time.Duration;
import java.util.Objects;

/**
 * What requests may say. Immutable.
 *
 * @param defaultTtl the time to live of a command whose request names none
 * @param maxTtl the longest that a request may name
 * @param passed the headers that are passed to the worker
 * @param origins the web pages that may send requests
 */
public record RequestRules(Duration defaultTtl, Duration maxTtl, HeaderNames passed, Origins origins) {
    /** As given. */
    public RequestRules {
        Objects.requireNonNull(defaultTtl, "defaultTtl");
        Objects.requireNonNull(maxTtl, "maxTtl");
        Objects.requireNonNull(passed, "passed");
        Objects.requireNonNull(origins, "origins");
    }
}
