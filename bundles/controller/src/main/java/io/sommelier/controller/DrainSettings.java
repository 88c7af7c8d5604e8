package io.sommelier.controller;

import java.time.Duration;

/**
 * How long a drain may take. Immutable.
 *
 * @param limit where nobody says otherwise, and when the controller or a transport stops; 0 s to {@code maxLimit}
 * @param maxLimit the most that an operator may ask for, 1 s to 1 h
 */
public record DrainSettings(Duration limit, Duration maxLimit) {
    static final Duration MOST_LIMIT = Duration.ofMinutes(10);
    static final Duration LEAST_MAX = Duration.ofSeconds(1);
    static final Duration MOST_MAX = Duration.ofHours(1);

    /** Checks the ranges. */
    public DrainSettings {
        ControllerSettings.inRange("maxDrainLimit ms", maxLimit.toMillis(), LEAST_MAX.toMillis(), MOST_MAX.toMillis());
        ControllerSettings.inRange("drainLimit ms", limit.toMillis(), 0, maxLimit.toMillis());
    }

    /** 5 s, and 10 min. */
    public static DrainSettings defaults() {
        return new DrainSettings(Duration.ofSeconds(5), MOST_LIMIT);
    }
}
