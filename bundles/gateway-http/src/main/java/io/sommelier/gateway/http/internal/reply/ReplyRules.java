package io.sommelier.gateway.http.internal.reply;

import io.sommelier.gateway.http.internal.HeaderNames;
import java.time.Duration;
import java.util.Objects;

/**
 * What replies say. Immutable.
 *
 * @param returned the headers of a worker's reply that are passed to the client
 * @param retryAfter after what time a client that finds nobody, or no room, may try again
 */
public record ReplyRules(HeaderNames returned, Duration retryAfter) {
    /** As given. */
    public ReplyRules {
        Objects.requireNonNull(returned, "returned");
        Objects.requireNonNull(retryAfter, "retryAfter");
    }
}
