package io.sommelier.controller;

import java.time.Duration;

/**
 * How members are asked how they are. Immutable.
 *
 * @param period how long after a check the next one begins, 100 ms to 1 h; 0: nobody is asked, and everybody counts as up
 * @param jitterPercent how much shorter or longer each wait may be, at random, 0 to 100
 * @param timeout how long a member may take to answer, from when it is asked, 10 ms to 1 min
 * @param failures how many checks in a row must fail before the member is given no new commands, 1 to 100
 */
public record HealthSettings(Duration period, int jitterPercent, Duration timeout, int failures) {
    static final Duration LEAST_PERIOD = Duration.ofMillis(100);
    static final Duration MOST_PERIOD = Duration.ofHours(1);
    static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);
    static final Duration MOST_TIMEOUT = Duration.ofMinutes(1);
    static final int MOST_FAILURES = 100;

    /** Checks the ranges. */
    public HealthSettings {
        if (!period.isZero()) {
            ControllerSettings.inRange(
                    "healthPeriod ms", period.toMillis(), LEAST_PERIOD.toMillis(), MOST_PERIOD.toMillis());
        }
        ControllerSettings.inRange("healthJitter", jitterPercent, 0, 100);
        ControllerSettings.inRange(
                "healthTimeout ms", timeout.toMillis(), LEAST_TIMEOUT.toMillis(), MOST_TIMEOUT.toMillis());
        ControllerSettings.inRange("healthFailures", failures, 1, MOST_FAILURES);
    }

    /** Every 10 s, a fifth more or less; 5 s to answer; down after 3 in a row. */
    public static HealthSettings defaults() {
        return new HealthSettings(Duration.ofSeconds(10), 20, Duration.ofSeconds(5), 3);
    }

    /** Whether anybody is asked. */
    boolean isOn() {
        return !period.isZero();
    }

    /**
     * A wait before a first check: anywhere within the period, so that members which come together are not asked together.
     *
     * @param random 0 to 1
     */
    long firstWaitNanos(double random) {
        return (long) (period.toNanos() * random);
    }

    /**
     * A wait from one check to the next.
     *
     * @param random 0 to 1
     */
    long waitNanos(double random) {
        return (long) (period.toNanos() * (1 + jitterPercent / 100.0 * (2 * random - 1)));
    }
}
