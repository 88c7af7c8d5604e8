package io.sommelier.controller;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * How long the launcher waits for the framework to stop: Karaf's ends the process then, whatever still drains, and callers would be told nothing. Immutable.
 *
 * @param limit how long a drain may take so that all that stops behind it has time, too
 */
record LauncherPatience(Duration limit) {
    /** The key of Karaf's own setting, in ms; 0 or less: without a limit. */
    static final String PROPERTY = "karaf.shutdown.timeout";

    private static final String IS_KARAF = "karaf.home";
    private static final long KARAF_DEFAULT_MILLIS = 300_000;
    private static final long REST_MILLIS = 30_000;
    private static final LauncherPatience ENDLESS = new LauncherPatience(DrainSettings.MOST_MAX);

    /** That of the launcher whose framework has these properties; endless where it is not Karaf's. */
    static LauncherPatience of(UnaryOperator<String> properties) {
        if (properties.apply(IS_KARAF) == null) {
            return ENDLESS;
        }
        String set = properties.apply(PROPERTY);
        long millis = KARAF_DEFAULT_MILLIS;
        try {
            millis = set == null ? millis : Long.parseLong(set.trim());
        } catch (NumberFormatException e) {
            return ENDLESS; // Karaf does not start with such a number
        }
        return millis <= 0
                ? ENDLESS
                : new LauncherPatience(Duration.ofMillis(millis - Math.min(REST_MILLIS, millis / 2)));
    }

    /** Whether a drain may take that long. */
    boolean suffices(Duration drainLimit) {
        return drainLimit.compareTo(limit) <= 0;
    }

    /** That long, or as long as there is time. */
    Duration atMost(Duration drainLimit) {
        return suffices(drainLimit) ? drainLimit : limit;
    }
}
