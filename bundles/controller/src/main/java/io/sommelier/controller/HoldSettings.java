package io.sommelier.controller;

import java.time.Duration;

/**
 * The bounds of the hold. Immutable.
 *
 * @param limit how long a target whose last member went in good order is expected to be back, 0 s for not at all, to 10 min
 * @param maxCommands the commands that are held for one operation of a target, 1 to 1 million
 * @param maxBytes their payloads and headers, and 512 each, 1 MiB to 1 TiB
 */
public record HoldSettings(Duration limit, int maxCommands, long maxBytes) {
    static final Duration MOST_LIMIT = Duration.ofMinutes(10);
    static final int MOST_COMMANDS = 1_000_000;

    /** Checks the ranges. */
    public HoldSettings {
        ControllerSettings.inRange("holdLimit ms", limit.toMillis(), 0, MOST_LIMIT.toMillis());
        ControllerSettings.inRange("maxHoldCommands", maxCommands, 1, MOST_COMMANDS);
        ControllerSettings.inRange("maxHoldBytes", maxBytes, 1 << 20, 1L << 40);
    }

    /** 5 s; 10 000 commands; a sixteenth of the heap. */
    public static HoldSettings defaults() {
        return new HoldSettings(
                Duration.ofSeconds(5),
                10_000,
                Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 16));
    }
}
