package io.sommelier.controller;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a command that was executed in vain waits in its mailbox before another attempt. Immutable.
 *
 * @param first the wait before the second attempt, 10 ms to 1 h
 * @param most what it grows to, doubling, at least {@code first}, at most 1 h
 */
public record RetrySettings(Duration first, Duration most) {
    static final Duration LEAST_WAIT = Duration.ofMillis(10);
    static final Duration MOST_WAIT = Duration.ofHours(1);

    private static final int MOST_DOUBLINGS = 30;

    /** Checks the ranges. */
    public RetrySettings {
        ControllerSettings.inRange("retryFirst ms", first.toMillis(), LEAST_WAIT.toMillis(), MOST_WAIT.toMillis());
        ControllerSettings.inRange("retryMost ms", most.toMillis(), first.toMillis(), MOST_WAIT.toMillis());
    }

    /** 1 s, growing to 1 min. */
    public static RetrySettings defaults() {
        return new RetrySettings(Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /** The wait before an attempt, half of it random; at most half of what is left of the command's time, so that there is time to be executed in. */
    Duration before(int attempt, long remainingNanos) {
        int doublings = Math.max(0, Math.min(MOST_DOUBLINGS, attempt - 2));
        long whole = Math.min(most.toMillis(), first.toMillis() << doublings);
        long millis = whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1);
        return Duration.ofNanos(Math.max(0, Math.min(millis * 1_000_000, remainingNanos / 2)));
    }
}
