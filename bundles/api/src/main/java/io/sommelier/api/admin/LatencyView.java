package io.sommelier.api.admin;

import java.time.Duration;
import java.util.Objects;

/**
 * How long the commands of one operation took, from their submission here to their end; for a command that another controller had put into a mailbox, from when it came out.
 * Immutable.
 *
 * @param targetId the target
 * @param operation the operation; empty for all of the target together, {@code *} for those that no member serves any more
 * @param recent those that ended in the last minute, or in up to 20 s more
 * @param sinceStart all since the controller started, or since the target became known again
 */
public record LatencyView(String targetId, String operation, Times recent, Times sinceStart) {
    /** As given. */
    public LatencyView {
        Objects.requireNonNull(targetId, "targetId");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(recent, "recent");
        Objects.requireNonNull(sinceStart, "sinceStart");
    }

    /**
     * Times within which that share of the commands ended, at most 0.8 % and 0.1 µs too long; zero when there were no commands. Immutable.
     *
     * @param count how many commands ended; an estimate where not all were measured
     * @param measured how many of them were measured, the others being like them: all, but of operations with some hundred commands a second and more only some of those
     *     that take less than 10 ms or so
     * @param p50 half of them
     * @param p90 nine of ten
     * @param p99 99 of a hundred
     * @param p999 999 of a thousand
     * @param max the longest that was measured
     */
    public record Times(
            long count, long measured, Duration p50, Duration p90, Duration p99, Duration p999, Duration max) {
        /** As given. */
        public Times {
            Objects.requireNonNull(p50, "p50");
            Objects.requireNonNull(p90, "p90");
            Objects.requireNonNull(p99, "p99");
            Objects.requireNonNull(p999, "p999");
            Objects.requireNonNull(max, "max");
        }
    }
}
