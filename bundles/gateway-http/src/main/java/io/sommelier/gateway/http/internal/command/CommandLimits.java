package io.sommelier.gateway.http.internal.command;

import java.time.Duration;
import java.util.Objects;

/**
 * What may be held for clients. Immutable.
 *
 * @param maxStreams the most replies that are streamed at once
 * @param maxResults the most commands of early answers that are under way or kept
 * @param maxResultsBytes what they may hold together
 * @param maxResultBytes the largest reply that is kept
 * @param retention how long one is kept after its end
 */
public record CommandLimits(
        int maxStreams, int maxResults, long maxResultsBytes, long maxResultBytes, Duration retention) {
    /** As given. */
    public CommandLimits {
        Objects.requireNonNull(retention, "retention");
    }
}
