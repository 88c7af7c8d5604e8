package io.sommelier.controller;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link NodeSettings}; those check the ranges. */
@ObjectClassDefinition(name = "Sommelier controller", description = "The node: who it is, and how much it holds.")
@interface ControllerConfiguration {
    /** {@link NodeSettings#id}. */
    @AttributeDefinition(
            name = "Id",
            description = "Unique among the controllers that share a broker. Takes effect at the next start.")
    String id() default "controller-1";

    /** {@link NodeSettings#strategy}. */
    @AttributeDefinition(
            name = "Strategy",
            description = "Picks the member: least, or the name of a strategy that is a service.")
    String strategy() default NodeSettings.LEAST;

    /** {@link ControllerSettings#knownTargets}. */
    @AttributeDefinition(
            name = "Known targets",
            description = "Names with commas between; known although no member ever registered.")
    String knownTargets() default "";

    /** {@link ControllerSettings#assignedTargets}. */
    @AttributeDefinition(
            name = "Assigned targets",
            description =
                    "asked=given with commas between: the target that a connector is given that asks for another.")
    String assignedTargets() default "";

    /** {@link ControllerSettings#absentMayWait}. */
    @AttributeDefinition(
            name = "Absent may wait",
            description = "Whether commands wait in a mailbox, where there is one, for a target with no member.")
    boolean absentMayWait() default true;

    /** {@link ControllerSettings#maxHeldBytes}. */
    @AttributeDefinition(
            name = "Bytes held",
            description = "By all live commands, 1048576 to 1099511627776; a quarter of the heap where it is not set.",
            required = false)
    long maxHeldBytes();

    /** {@link ControllerSettings#maxTargetBytes}. */
    @AttributeDefinition(
            name = "Bytes held for a target",
            description = "1048576 to 1099511627776; an eighth of the heap where it is not set.",
            required = false)
    long maxTargetBytes();

    /** {@link ControllerSettings#maxChannelBytes}. */
    @AttributeDefinition(
            name = "Bytes held for a sender",
            description = "1048576 to 1099511627776; an eighth of the heap where it is not set.",
            required = false)
    long maxChannelBytes();

    /** {@link ControllerSettings#maxAttempts}. */
    @AttributeDefinition(
            name = "Attempts",
            description = "How often a command is handed to a member at most, 1 to 100.")
    int maxAttempts() default 3;

    /** {@link RetrySettings#first}. */
    @AttributeDefinition(
            name = "First wait for another attempt",
            description = "In its mailbox, of a command that was executed in vain, 10ms to 1h.")
    String retryFirst() default "1s";

    /** {@link RetrySettings#most}. */
    @AttributeDefinition(
            name = "Longest wait for another attempt",
            description = "What that wait grows to, doubling, retryFirst to 1h.")
    String retryMost() default "1m";

    /** {@link ControllerSettings#streamIdle}. */
    @AttributeDefinition(
            name = "Stream idle limit",
            description = "How long a worker may send nothing while its reader has credit, 100ms to 1h.")
    String streamIdle() default "30s";

    /** {@link ControllerSettings#probeLimit}. */
    @AttributeDefinition(
            name = "Probe limit",
            description = "How long an old channel has to answer when its instance comes again, 10ms to 1m.")
    String probeLimit() default "1s";

    /** {@link ControllerSettings#rememberTarget}. */
    @AttributeDefinition(
            name = "Remember targets",
            description = "Hours that a target stays known after its last member left, 0 to 8760.")
    int rememberTargetHours() default 24;

    /** {@link ControllerSettings#maxNames}. */
    @AttributeDefinition(
            name = "Names",
            description = "Targets, and operations of targets, that are remembered, 1000 to 10000000.")
    int maxNames() default 100000;

    /** {@link ControllerSettings#requireAuthorizer}. */
    @AttributeDefinition(
            name = "Require an authorizer",
            description =
                    "When a connector may only serve what an authorizer permits: never, seen (from the first one on"
                            + " that was here) or always.")
    String requireAuthorizer() default "seen";

    /** {@link KeySettings#window}. */
    @AttributeDefinition(
            name = "Key window",
            description = "How long an idempotency key, and the reply under it, is remembered after its command ended,"
                    + " 1s to 24h.")
    String keyWindow() default "5m";

    /** {@link KeySettings#maxKeys}. */
    @AttributeDefinition(
            name = "Keys",
            description =
                    "Idempotency keys that are remembered, 1 to 10000000; one for each 2 KiB of the heap where it is"
                            + " not set.",
            required = false)
    int maxKeys();

    /** {@link KeySettings#maxKeptBytes}. */
    @AttributeDefinition(
            name = "Bytes of kept replies",
            description = "1048576 to 1099511627776; a sixteenth of the heap where it is not set.",
            required = false)
    long maxKeptBytes();

    /** {@link KeySettings#maxKeptReplyBytes}. */
    @AttributeDefinition(
            name = "Bytes of a kept reply",
            description = "Above which a reply is not kept for repetitions, 4096 to 1073741824.")
    long maxKeptReplyBytes() default 65536;

    /** {@link HoldSettings#limit}. */
    @AttributeDefinition(
            name = "Hold limit",
            description = "How long a target whose last member went in good order is expected to be back, 0s to 10m;"
                    + " commands that cannot wait in a mailbox are held so long, within their time to live.")
    String holdLimit() default "5s";

    /** {@link HoldSettings#maxCommands}. */
    @AttributeDefinition(
            name = "Held commands",
            description = "Commands that are held for one operation of a target, 1 to 1000000.")
    int maxHoldCommands() default 10000;

    /** {@link HoldSettings#maxBytes}. */
    @AttributeDefinition(
            name = "Bytes of held commands",
            description = "Payload and headers, and 512 a command, that are held for one operation of a target,"
                    + " 1048576 to 1099511627776; a sixteenth of the heap where it is not set.",
            required = false)
    long maxHoldBytes();

    /** {@link HealthSettings#period}. */
    @AttributeDefinition(
            name = "Health period",
            description = "How long after one health check of a member the next one begins, 100ms to 1h; 0s: nobody is"
                    + " asked, and everybody counts as up.")
    String healthPeriod() default "10s";

    /** {@link HealthSettings#jitterPercent}. */
    @AttributeDefinition(
            name = "Health jitter",
            description = "Percent by which each of these waits is shorter or longer, at random, 0 to 100.")
    int healthJitter() default 20;

    /** {@link HealthSettings#timeout}. */
    @AttributeDefinition(
            name = "Health timeout",
            description = "How long a member may take to answer a health check, 10ms to 1m.")
    String healthTimeout() default "5s";

    /** {@link HealthSettings#failures}. */
    @AttributeDefinition(
            name = "Health failures",
            description = "How many health checks in a row must fail before a member is given no new commands, 1 to"
                    + " 100.")
    int healthFailures() default 3;

    /** {@link DrainSettings#limit}. */
    @AttributeDefinition(
            name = "Drain limit",
            description =
                    "How long commands may take to end when the controller or a transport stops, or is drained with"
                            + " no other limit, 0s to 10m.")
    String drainLimit() default "5s";

    /** {@link DrainSettings#maxLimit}. */
    @AttributeDefinition(
            name = "Longest drain limit",
            description = "The most that an operator may give a drain, 1s to 1h, at least drainLimit.")
    String maxDrainLimit() default "10m";
}
