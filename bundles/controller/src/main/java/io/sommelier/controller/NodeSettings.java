package io.sommelier.controller;

import io.sommelier.api.Target;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of a controller in Karaf. Immutable.
 *
 * @param id the id of the controller, in the grammar of names; the one at the start counts
 * @param strategy the name of the strategy that picks members
 * @param drain how long drains may take
 * @param controller what the controller itself takes
 */
record NodeSettings(String id, String strategy, DrainSettings drain, ControllerSettings controller) {
    /** The PID of these settings. */
    static final String PID = "io.sommelier.controller";

    /** The strategy that is always there. */
    static final String LEAST = "least";

    private static final long LEAST_BYTES = 1 << 20;
    private static final long MOST_BYTES = 1L << 40;

    /**
     * Reads the settings; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    static NodeSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        ControllerSettings defaults = ControllerSettings.defaults();
        String id = reader.text("id", "controller-1");
        if (!isName(id)) {
            reader.violation("id = " + id + " (allowed: letters, digits and . _ : -)");
        }
        NodeSettings settings = new NodeSettings(
                id,
                reader.text("strategy", LEAST),
                drain(reader, DrainSettings.defaults()),
                new ControllerSettings(
                        knownTargets(reader),
                        assignedTargets(reader),
                        reader.flag("absentMayWait", defaults.absentMayWait()),
                        bytes(reader, "maxHeldBytes", defaults.maxHeldBytes()),
                        bytes(reader, "maxTargetBytes", defaults.maxTargetBytes()),
                        bytes(reader, "maxChannelBytes", defaults.maxChannelBytes()),
                        reader.integer("maxAttempts", defaults.maxAttempts(), 1, 100),
                        reader.duration(
                                "streamIdle", defaults.streamIdle(), Duration.ofMillis(100), Duration.ofHours(1)),
                        reader.duration(
                                "probeLimit", defaults.probeLimit(), Duration.ofMillis(10), Duration.ofMinutes(1)),
                        Duration.ofHours(reader.integer(
                                "rememberTargetHours",
                                (int) defaults.rememberTarget().toHours(),
                                0,
                                365 * 24)),
                        reader.integer(
                                "maxNames",
                                defaults.maxNames(),
                                ControllerSettings.LEAST_NAMES,
                                ControllerSettings.MOST_NAMES),
                        Authorizer.Required.read(reader),
                        keys(reader, defaults.keys()),
                        retries(reader, defaults.retries()),
                        hold(reader, defaults.hold()),
                        health(reader, defaults.health())));
        reader.check();
        return settings;
    }

    private static DrainSettings drain(SettingsReader reader, DrainSettings defaults) {
        Duration limit = reader.duration("drainLimit", defaults.limit(), Duration.ZERO, DrainSettings.MOST_LIMIT);
        Duration maxLimit =
                reader.duration("maxDrainLimit", defaults.maxLimit(), DrainSettings.LEAST_MAX, DrainSettings.MOST_MAX);
        if (maxLimit.compareTo(limit) < 0) {
            reader.violation("maxDrainLimit = " + maxLimit + " (allowed: at least drainLimit, " + limit + ")");
            return defaults;
        }
        return new DrainSettings(limit, maxLimit);
    }

    private static KeySettings keys(SettingsReader reader, KeySettings defaults) {
        return new KeySettings(
                reader.duration("keyWindow", defaults.window(), KeySettings.LEAST_WINDOW, KeySettings.MOST_WINDOW),
                reader.integer("maxKeys", defaults.maxKeys(), 1, KeySettings.MOST_KEYS),
                bytes(reader, "maxKeptBytes", defaults.maxKeptBytes()),
                reader.number(
                        "maxKeptReplyBytes",
                        defaults.maxKeptReplyBytes(),
                        KeySettings.LEAST_REPLY_BYTES,
                        KeySettings.MOST_REPLY_BYTES));
    }

    private static RetrySettings retries(SettingsReader reader, RetrySettings defaults) {
        Duration first =
                reader.duration("retryFirst", defaults.first(), RetrySettings.LEAST_WAIT, RetrySettings.MOST_WAIT);
        Duration most =
                reader.duration("retryMost", defaults.most(), RetrySettings.LEAST_WAIT, RetrySettings.MOST_WAIT);
        if (most.compareTo(first) < 0) {
            reader.violation("retryMost = " + most + " (allowed: at least retryFirst, " + first + ")");
            return defaults;
        }
        return new RetrySettings(first, most);
    }

    private static HoldSettings hold(SettingsReader reader, HoldSettings defaults) {
        return new HoldSettings(
                reader.duration("holdLimit", defaults.limit(), Duration.ZERO, HoldSettings.MOST_LIMIT),
                reader.integer("maxHoldCommands", defaults.maxCommands(), 1, HoldSettings.MOST_COMMANDS),
                bytes(reader, "maxHoldBytes", defaults.maxBytes()));
    }

    private static HealthSettings health(SettingsReader reader, HealthSettings defaults) {
        Duration period = reader.duration("healthPeriod", defaults.period(), Duration.ZERO, HealthSettings.MOST_PERIOD);
        if (!period.isZero() && period.compareTo(HealthSettings.LEAST_PERIOD) < 0) {
            reader.violation("healthPeriod = " + period.toMillis() + "ms (allowed: 0s, or 100ms to 1h)");
            period = defaults.period();
        }
        return new HealthSettings(
                period,
                reader.integer("healthJitter", defaults.jitterPercent(), 0, 100),
                reader.duration(
                        "healthTimeout", defaults.timeout(), HealthSettings.LEAST_TIMEOUT, HealthSettings.MOST_TIMEOUT),
                reader.integer("healthFailures", defaults.failures(), 1, HealthSettings.MOST_FAILURES));
    }

    private static long bytes(SettingsReader reader, String key, long defaultValue) {
        return reader.number(key, defaultValue, LEAST_BYTES, MOST_BYTES);
    }

    private static Set<String> knownTargets(SettingsReader reader) {
        Set<String> targets = new TreeSet<>();
        for (String word : reader.text("knownTargets", "").split(",")) {
            String target = word.trim();
            if (target.isEmpty()) {
                continue;
            }
            if (isName(target)) {
                targets.add(target);
            } else {
                reader.violation(
                        "knownTargets = " + target + " (allowed: names of letters, digits and . _ : -, and commas)");
            }
        }
        return targets;
    }

    private static Map<String, String> assignedTargets(SettingsReader reader) {
        Map<String, String> targets = new TreeMap<>();
        for (String word : reader.text("assignedTargets", "").split(",")) {
            if (word.isBlank()) {
                continue;
            }
            String[] names = word.split("=", -1);
            if (names.length != 2 || !isName(names[0].trim()) || !isName(names[1].trim())) {
                reader.violation("assignedTargets = " + word.trim()
                        + " (allowed: asked=given with commas between, names of letters, digits and . _ : -)");
            } else if (targets.putIfAbsent(names[0].trim(), names[1].trim()) != null) {
                reader.violation(
                        "assignedTargets = " + word.trim() + " (allowed: each name once before an =, for one target)");
            }
        }
        return targets;
    }

    private static boolean isName(String text) {
        try {
            Target.of(text);
            return true;
        } catch (IllegalArgumentException notAName) {
            return false;
        }
    }
}
