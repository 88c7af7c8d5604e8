package io.sommelier.gateway.jms;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.spi.SettingsReader;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The settings of a {@link JmsGateway}; the README's table says what each one means and may be. Immutable.
 *
 * @param targets targets that have a queue whether the controller knows them or not
 * @param servesKnown whether the targets that the controller knows have one too
 * @param consumers the commands of one queue at once
 * @param maxTargets the most queues
 * @param defaultTtl the time to live of a command whose message names none
 * @param maxBodyBytes the largest body
 * @param replyKeep how long a reply is kept for its client
 * @param drainLimit how long commands may take when a route stops
 * @param lookPeriod how often the controller is asked which targets it knows
 */
record GatewaySettings(
        Set<String> targets,
        boolean servesKnown,
        int consumers,
        int maxTargets,
        Duration defaultTtl,
        int maxBodyBytes,
        Duration replyKeep,
        Duration drainLimit,
        Duration lookPeriod) {
    /** The PID of these settings. */
    static final String PID = "io.sommelier.gateway.jms";

    /** Each consumer has a session, and the pool of the broker has so many. */
    static final int MOST_CONSUMERS = 800;

    private static final Duration HOUR = Duration.ofHours(1);

    /**
     * Reads settings as Config Admin gives them.
     *
     * @throws IllegalArgumentException naming every key that is out of range, its value and what is allowed
     */
    static GatewaySettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        GatewaySettings settings = new GatewaySettings(
                targets(reader),
                reader.flag("servesKnown", true),
                reader.integer("consumers", 8, 1, 64),
                reader.integer("maxTargets", 50, 1, 500),
                reader.duration("defaultTtl", Duration.ofSeconds(30), Duration.ofMillis(1), Command.MAX_TTL),
                reader.integer("maxBodyBytes", 16 << 20, 0, 1 << 30),
                reader.duration("replyKeep", Duration.ofMinutes(1), Duration.ofSeconds(1), Command.MAX_TTL),
                reader.duration("drainLimit", Duration.ofSeconds(2), Duration.ZERO, Duration.ofMinutes(1)),
                reader.duration("lookPeriod", Duration.ofSeconds(1), Duration.ofMillis(10), HOUR));
        if (settings.consumers * settings.maxTargets > MOST_CONSUMERS) {
            reader.violation("consumers = " + settings.consumers + ", maxTargets = " + settings.maxTargets
                    + " (allowed: a product of at most " + MOST_CONSUMERS + ")");
        }
        reader.check();
        return settings;
    }

    private static Set<String> targets(SettingsReader reader) {
        Set<String> targets = new TreeSet<>();
        for (String entry : reader.text("targets", "").split(",")) {
            String target = entry.trim();
            if (!target.isEmpty() && isTarget(target)) {
                targets.add(target);
            } else if (!target.isEmpty()) {
                reader.violation("targets: " + target + " (allowed: names of targets, with commas between)");
            }
        }
        return Set.copyOf(targets);
    }

    private static boolean isTarget(String name) {
        try {
            Target.of(name);
            return InQueues.isPossible(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
