package io.sommelier.api.admin;

import java.time.Duration;
import java.util.Objects;

/**
 * How long the commands of one operation took, from their submission here to their end, and to the first part of their replies; for a command that another controller had put into a mailbox, from when it
 * came out. Immutable.
 *
 * @param targetId the target
 * @param operation the operation; empty for all of the target together, {@code *} for those that no member serves any more
 * @param recent those that ended in the last minute, or in up to 20 s more
 * @param sinceStart all since the controller started, or since the target became known again
 * @param recentFirstPart the times to the first DATA part, of replies that had one, in the same time as {@code recent}
 * @param firstPartSinceStart the same, in the same time as {@code sinceStart}
 * @param isKept whether its times are kept; {@code false} when those of too many operations would be: then all is zero. Of all of a target together: whether those of all its operations are kept, and in it
 */
public record LatencyView(
        String targetId,
        String operation,
        Times recent,
        Times sinceStart,
        Times recentFirstPart,
        Times firstPartSinceStart,
        boolean isKept) {
    /** As given. */
    public LatencyView {
        Objects.requireNonNull(targetId, "targetId");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(recent, "recent");
        Objects.requireNonNull(sinceStart, "sinceStart");
        Objects.requireNonNull(recentFirstPart, "recentFirstPart");
        Objects.requireNonNull(firstPartSinceStart, "firstPartSinceStart");
    }

    /** Of an operation whose times are kept, and whose replies are not streamed. */
    public LatencyView(String targetId, String operation, Times recent, Times sinceStart) {
        this(targetId, operation, recent, sinceStart, Times.NONE, Times.NONE, true);
    }

    /**
     * Times within which that share of the commands ended, or had a first part, at most 0.8 % and 0.1 µs too long; zero when there were no commands. Immutable.
     *
     * @param count how many commands there were; an estimate where not all were measured
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
        /** There were no commands. */
        public static final Times NONE =
                new Times(0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

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
