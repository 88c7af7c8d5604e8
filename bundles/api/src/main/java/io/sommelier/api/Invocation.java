package io.sommelier.api;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * What a handler sees: the command, and what the controller knows about it, which a caller cannot set. Immutable, but
 * for the time that remains.
 */
public final class Invocation {
    private final Command command;
    private final String source;
    private final String principal;
    private final int attempt;
    private final long deadlineNanos;
    private final LongSupplier nanoClock;

    /**
     * An invocation; made by whoever brings commands to handlers.
     *
     * @param command what is asked; its time to live counts from now
     * @param source the instance id of the caller's connector, or empty
     * @param principal the name that the controller knows the caller by, or empty
     * @param attempt 1 for the first
     * @param nanoClock the monotonic clock, in nanoseconds, that {@link #remaining} reads
     */
    public Invocation(Command command, String source, String principal, int attempt, LongSupplier nanoClock) {
        this.command = command;
        this.source = Objects.requireNonNull(source, "source");
        this.principal = Objects.requireNonNull(principal, "principal");
        this.attempt = attempt;
        this.nanoClock = nanoClock;
        this.deadlineNanos = nanoClock.getAsLong() + command.ttlNanos();
    }

    /** What is asked; its time to live is what was left when the invocation was made. */
    public Command command() {
        return command;
    }

    /** The payload of the command. */
    public Payload payload() {
        return command.payload();
    }

    /** The instance id of the connector that sent the command, or empty where it has none. */
    public String source() {
        return source;
    }

    /** The name that the controller knows the caller by, or empty. */
    public String principal() {
        return principal;
    }

    /** How often the command was handed to a member, this time included; 1 for the first. */
    public int attempt() {
        return attempt;
    }

    /** What is left of the time to live; zero when it is spent. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, remainingNanos()));
    }

    /** What is left of the time to live in nanoseconds; negative when it is spent. */
    public long remainingNanos() {
        return deadlineNanos - nanoClock.getAsLong();
    }

    /** Command, source and attempt; never headers or payload. */
    @Override
    public String toString() {
        return "Invocation[" + command + " from " + source + ", attempt " + attempt + "]";
    }
}
