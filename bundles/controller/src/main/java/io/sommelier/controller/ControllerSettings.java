package io.sommelier.controller;

import io.sommelier.api.Target;
import io.sommelier.spi.Authorizer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The settings of a controller. Immutable; replaced as a whole by {@link Controller#settings(ControllerSettings)}.
 *
 * @param knownTargets the targets that are known although no member ever registered
 * @param assignedTargets the target that a connector is given, under the one that it asks for
 * @param absentMayWait whether commands for a known target with no member wait in its mailbox, where there is one
 * @param maxHeldBytes the payload and header bytes, and 512 a command, that live commands of the node may hold; 1 MiB to 1 TiB
 * @param maxTargetBytes the same for the commands of one target
 * @param maxChannelBytes the same for the commands that one channel sent
 * @param maxAttempts how often a command is handed to a member at most, 1 to 100
 * @param streamIdle how long a worker may send nothing although its reader has credit outstanding, 100 ms to 1 h
 * @param probeLimit how long an old channel has to answer when a new one comes with its instance id, 10 ms to 1 min
 * @param rememberTarget how long a target stays known after its last member left, 0 to 365 days
 * @param maxNames the targets, and operations of targets, that are remembered at most, 1000 to 10 million
 * @param requireAuthorizer when nothing is permitted unless an authorizer is here that says so
 * @param keys the bounds of the window of idempotency keys
 * @param retries how long a command waits in its mailbox before another attempt
 * @param hold the bounds of what waits for members that are being replaced
 * @param health how members are asked how they are
 */
public record ControllerSettings(
        Set<String> knownTargets,
        Map<String, String> assignedTargets,
        boolean absentMayWait,
        long maxHeldBytes,
        long maxTargetBytes,
        long maxChannelBytes,
        int maxAttempts,
        Duration streamIdle,
        Duration probeLimit,
        Duration rememberTarget,
        int maxNames,
        Authorizer.Required requireAuthorizer,
        KeySettings keys,
        RetrySettings retries,
        HoldSettings hold,
        HealthSettings health) {

    static final int LEAST_NAMES = 1000;
    static final int MOST_NAMES = 10_000_000;

    /** Checks the ranges. */
    public ControllerSettings {
        knownTargets = Set.copyOf(knownTargets);
        assignedTargets = Map.copyOf(assignedTargets);
        assignedTargets.forEach((asked, given) -> {
            Target.of(asked);
            Target.of(given);
        });
        inRange("maxHeldBytes", maxHeldBytes, 1 << 20, 1L << 40);
        inRange("maxTargetBytes", maxTargetBytes, 1 << 20, 1L << 40);
        inRange("maxChannelBytes", maxChannelBytes, 1 << 20, 1L << 40);
        inRange("maxAttempts", maxAttempts, 1, 100);
        inRange("streamIdle ms", streamIdle.toMillis(), 100, 3_600_000);
        inRange("probeLimit ms", probeLimit.toMillis(), 10, 60_000);
        inRange("rememberTarget h", rememberTarget.toHours(), 0, 365 * 24);
        inRange("maxNames", maxNames, LEAST_NAMES, MOST_NAMES);
    }

    static void inRange(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    key + " = " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }

    /** Bytes within a quarter of the heap for the node, and half of that for one target or channel; 3 attempts; 30 s idle; 1 s to answer a probe; a day of memory, for 100 000 names; an authorizer from the first on; the keys of {@link KeySettings#defaults}, the waits of {@link RetrySettings#defaults}, the hold of {@link HoldSettings#defaults}, the checks of {@link HealthSettings#defaults}. */
    public static ControllerSettings defaults() {
        long held = Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 4);
        return new ControllerSettings(
                Set.of(),
                Map.of(),
                true,
                held,
                Math.max(4L << 20, held / 2),
                Math.max(4L << 20, held / 2),
                3,
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofHours(24),
                100_000,
                Authorizer.Required.SEEN,
                KeySettings.defaults(),
                RetrySettings.defaults(),
                HoldSettings.defaults(),
                HealthSettings.defaults());
    }

    /** These settings with other known targets. */
    public ControllerSettings withKnownTargets(Set<String> targets) {
        return new ControllerSettings(
                targets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with other targets that connectors are given. */
    public ControllerSettings withAssignedTargets(Map<String, String> targets) {
        return new ControllerSettings(
                knownTargets,
                targets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with another answer to whether commands wait for absent members. */
    public ControllerSettings withAbsentMayWait(boolean value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                value,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with other byte budgets. */
    public ControllerSettings withBudgets(long node, long target, long channel) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                node,
                target,
                channel,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with another number of attempts. */
    public ControllerSettings withMaxAttempts(int value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                value,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with another idle limit of streams. */
    public ControllerSettings withStreamIdle(Duration value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                value,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with another limit for the answer to a probe. */
    public ControllerSettings withProbeLimit(Duration value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                value,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with other bounds of the window of idempotency keys. */
    public ControllerSettings withKeys(KeySettings value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                value,
                retries,
                hold,
                health);
    }

    /** These settings with another bound of the names that are remembered. */
    public ControllerSettings withMaxNames(int value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                value,
                requireAuthorizer,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with another answer to when there must be an authorizer. */
    public ControllerSettings withRequireAuthorizer(Authorizer.Required value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                value,
                keys,
                retries,
                hold,
                health);
    }

    /** These settings with other waits before another attempt. */
    public ControllerSettings withRetries(RetrySettings value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                value,
                hold,
                health);
    }

    /** These settings with another hold. */
    public ControllerSettings withHold(HoldSettings value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                value,
                health);
    }

    /** These settings with other checks of members. */
    public ControllerSettings withHealth(HealthSettings value) {
        return new ControllerSettings(
                knownTargets,
                assignedTargets,
                absentMayWait,
                maxHeldBytes,
                maxTargetBytes,
                maxChannelBytes,
                maxAttempts,
                streamIdle,
                probeLimit,
                rememberTarget,
                maxNames,
                requireAuthorizer,
                keys,
                retries,
                hold,
                value);
    }
}
