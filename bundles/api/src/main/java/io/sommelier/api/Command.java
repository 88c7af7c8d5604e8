package io.sommelier.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a caller says: an operation of a target, with a payload, within a time. Immutable. Equality is identity; the {@link #id} tells commands apart.
 *
 * <p>The time to live is a budget that starts when the command is sent, is reduced at each hop, and ends at the terminal part of the reply. No clock of
 * another machine is ever compared with.
 */
public final class Command {
    /** The time to live where the builder is told none. */
    public static final Duration DEFAULT_TTL = Duration.ofSeconds(30);
    /** The longest time to live. */
    public static final Duration MAX_TTL = Duration.ofDays(7);
    /** The most characters of a content type, an idempotency key, or a trace parent. */
    public static final int MAX_TEXT = 255;
    /** The most hops with which a controller takes a command in; above it, it fails with {@link ErrorCode#TOO_MANY_HOPS}. */
    public static final int MAX_HOPS = 32;
    /** The most hops that are counted. */
    private static final int MOST_COUNTED_HOPS = 255;

    private final CommandId id;
    private final String operation;
    private final Target target;
    private final long ttlNanos;
    private final Headers headers;
    private final String contentType;
    private final Payload payload;
    private final boolean durable;
    private final boolean idempotent;
    private final String idempotencyKey;
    private final String traceparent;
    private final CommandId replayOf;
    private final int hops;

    private Command(Builder builder) {
        id = builder.id == null ? CommandId.random() : builder.id;
        operation = Names.check("operation", builder.operation);
        target = builder.target;
        ttlNanos = builder.ttlNanos;
        headers = builder.headers;
        contentType = builder.contentType;
        payload = builder.payload;
        durable = builder.durable;
        idempotent = builder.idempotent;
        idempotencyKey = builder.idempotencyKey;
        traceparent = builder.traceparent;
        replayOf = builder.replayOf;
        hops = builder.hops;
    }

    /**
     * Starts a command for any member of a target.
     *
     * @param targetId see {@link Target}
     * @param operation 1 to 128 of {@code A-Z a-z 0-9 . _ : -}, starting with a letter or digit; checked by {@link Builder#build}
     * @throws IllegalArgumentException when the target breaks the grammar of names
     */
    public static Builder to(String targetId, String operation) {
        return new Builder(Target.of(targetId), operation);
    }

    /** Starts a command for a target or one instance of it. */
    public static Builder to(Target target, String operation) {
        return new Builder(target, operation);
    }

    /** The identity, the same at every hop. */
    public CommandId id() {
        return id;
    }

    /** What is asked for. */
    public String operation() {
        return operation;
    }

    /** Whom it is for. */
    public Target target() {
        return target;
    }

    /** The time to live, from sending to the terminal; positive, unless it was spent on the way. */
    public Duration ttl() {
        return Duration.ofNanos(ttlNanos);
    }

    /** {@link #ttl} in nanoseconds. */
    public long ttlNanos() {
        return ttlNanos;
    }

    /** The headers, decoded on first use. */
    public Headers headers() {
        return headers;
    }

    /** The media type of the payload, or empty. */
    public String contentType() {
        return contentType;
    }

    /** The bytes. */
    public Payload payload() {
        return payload;
    }

    /** Whether it must be on disk before its sender is told that it was admitted. */
    public boolean durable() {
        return durable;
    }

    /** Whether it may safely run twice. */
    public boolean idempotent() {
        return idempotent;
    }

    /**
     * The key under which it must take effect once, or empty. Of all commands with one key, of one principal, target and operation, a controller dispatches one within its window, unless
     * they are {@link #idempotent} too; the others get its reply, while it runs and after its end. One that ended {@link Outcome#NOT_SENT} or {@link Outcome#REFUSED} gives the key free; where there is
     * no reply to give, a repetition ends {@link Outcome#UNKNOWN}, with {@link ErrorCode#REPLY_NOT_KEPT}. The same key with another payload, content type or instance is refused, with
     * {@link ErrorCode#IDEMPOTENCY_CONFLICT}. A durable command without a key has its id for one.
     */
    public String idempotencyKey() {
        return idempotencyKey;
    }

    /** The W3C trace context, {@code traceparent}, or empty; passed on as it is. */
    public String traceparent() {
        return traceparent;
    }

    /** The command of which this one is a replay, or empty. */
    public Optional<CommandId> replayOf() {
        return Optional.ofNullable(replayOf);
    }

    /**
     * How many handlers it comes from, one behind the other: 0 unless a handler sends it, and then one more than the command that is handled. So handlers that send to each other in a
     * circle come to an end, at {@link #MAX_HOPS}. What a handler sends while it runs, and from what depends on the stages or the listener of such a call, is counted by
     * itself when it is sent; {@link Builder#after} is for all else.
     */
    public int hops() {
        return hops;
    }

    /**
     * A builder that starts with all of this command, its id included. A command that has ended may be sent again as it
     * is, and gets its time to live anew; while one of its id is still alive, another needs an id of its own.
     */
    public Builder toBuilder() {
        Builder builder = new Builder(target, operation);
        builder.id = id;
        builder.ttlNanos = ttlNanos;
        builder.headers = headers;
        builder.contentType = contentType;
        builder.payload = payload;
        builder.durable = durable;
        builder.idempotent = idempotent;
        builder.idempotencyKey = idempotencyKey;
        builder.traceparent = traceparent;
        builder.replayOf = replayOf;
        builder.hops = hops;
        return builder;
    }

    /** Id, operation and target; never headers or payload. */
    @Override
    public String toString() {
        return "Command[" + id + " " + operation + " -> " + target + "]";
    }

    /** Collects the fields. Not thread-safe. */
    public static final class Builder {
        private final Target target;
        private final String operation;
        private CommandId id;
        private long ttlNanos = DEFAULT_TTL.toNanos();
        private Headers headers = Headers.none();
        private String contentType = "";
        private Payload payload = Payload.empty();
        private boolean durable;
        private boolean idempotent;
        private String idempotencyKey = "";
        private String traceparent = "";
        private CommandId replayOf;
        private int hops;

        private Builder(Target target, String operation) {
            this.target = Objects.requireNonNull(target, "target");
            this.operation = operation;
        }

        /** Chooses the id; each {@link #build} takes a random one where this is not called. */
        public Builder id(CommandId value) {
            id = Objects.requireNonNull(value, "id");
            return this;
        }

        /**
         * Sets the time to live; {@link #DEFAULT_TTL} where this is not called.
         *
         * @throws IllegalArgumentException when it is zero, negative or longer than {@link #MAX_TTL}
         */
        public Builder ttl(Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(MAX_TTL) > 0) {
                throw new IllegalArgumentException(
                        "ttl " + value + " is out of range, allowed is more than 0 and at most " + MAX_TTL);
            }
            ttlNanos = value.toNanos();
            return this;
        }

        /**
         * Sets what is left of the time to live at a hop: zero and less mean that it is spent.
         *
         * @throws IllegalArgumentException when it is longer than {@link #MAX_TTL}
         */
        public Builder remainingNanos(long value) {
            if (value > MAX_TTL.toNanos()) {
                throw new IllegalArgumentException("remaining time " + value + " ns is more than " + MAX_TTL);
            }
            ttlNanos = value;
            return this;
        }

        /** Sets the headers, in place of those set before. */
        public Builder headers(Headers value) {
            headers = Objects.requireNonNull(value, "headers");
            return this;
        }

        /**
         * Sets the media type of the payload.
         *
         * @throws IllegalArgumentException when it is longer than {@link #MAX_TEXT} or not printable ASCII
         */
        public Builder contentType(String value) {
            contentType = Names.checkText("contentType", value, MAX_TEXT);
            return this;
        }

        /** Sets the bytes. */
        public Builder payload(Payload value) {
            payload = Objects.requireNonNull(value, "payload");
            return this;
        }

        /** Asks for the command to be on disk before it counts as admitted. */
        public Builder durable(boolean value) {
            durable = value;
            return this;
        }

        /** Says that the command may safely run twice. */
        public Builder idempotent(boolean value) {
            idempotent = value;
            return this;
        }

        /**
         * Sets the key under which it must take effect once, see {@link Command#idempotencyKey}; empty for none.
         *
         * @throws IllegalArgumentException when it is longer than {@link #MAX_TEXT} or not printable ASCII
         */
        public Builder idempotencyKey(String value) {
            idempotencyKey = Names.checkText("idempotencyKey", value, MAX_TEXT);
            return this;
        }

        /**
         * Sets the W3C trace context; empty for none.
         *
         * @throws IllegalArgumentException when it is longer than {@link #MAX_TEXT} or not printable ASCII
         */
        public Builder traceparent(String value) {
            traceparent = Names.checkText("traceparent", value, MAX_TEXT);
            return this;
        }

        /** Says which command this one repeats. */
        public Builder replayOf(CommandId value) {
            replayOf = Objects.requireNonNull(value, "replayOf");
            return this;
        }

        /**
         * Says that a handler sends it for the sake of a command that it handles: it has one hop more than that, and its trace context, unless one was set. A handler that sends from
         * threads of its own must call this, or nothing ends a circle but the time to live; harmless where hops are counted by themselves.
         */
        public Builder after(Invocation handled) {
            Command command = handled.command();
            if (traceparent.isEmpty()) {
                traceparent = command.traceparent();
            }
            return hops(Math.min(command.hops + 1, MOST_COUNTED_HOPS));
        }

        /**
         * Raises its hops to that many; fewer than it has change nothing, so that nobody takes any off. For whoever carries commands; a handler calls {@link #after}.
         *
         * @throws IllegalArgumentException when it is negative or more than 255
         */
        public Builder hops(int value) {
            if (value < 0 || value > MOST_COUNTED_HOPS) {
                throw new IllegalArgumentException("hops " + value + " is out of range, allowed are 0 to 255");
            }
            hops = Math.max(hops, value);
            return this;
        }

        /**
         * The command.
         *
         * @throws IllegalArgumentException when the operation breaks the grammar of names
         */
        public Command build() {
            return new Command(this);
        }
    }
}
