package io.sommelier.api;

import java.util.Objects;
import java.util.Optional;

/**
 * One part of a reply. A reply is at most one ACCEPTED, then any number of DATA, then exactly one COMPLETE or FAILED. A single answer is one COMPLETE with a payload.
 * Immutable.
 */
public final class Part {
    /** What a DATA part costs at least, in bytes of credit: about what it takes in memory beside its payload. */
    public static final int MIN_COST_BYTES = 128;

    private final PartStatus status;
    private final long sequence;
    private final Headers headers;
    private final String contentType;
    private final Payload payload;
    private final long finalCount;
    private final int suggestedStatus;
    private final CommandError error;

    private Part(Builder builder) {
        status = builder.status;
        sequence = builder.sequence;
        headers = builder.headers;
        contentType = builder.contentType;
        payload = builder.payload;
        finalCount = builder.finalCount;
        suggestedStatus = builder.suggestedStatus;
        error = builder.error;
    }

    /** Starts an ACCEPTED part; it has headers and a content type, and no payload. */
    public static Builder accepted() {
        return new Builder(PartStatus.ACCEPTED, Payload.empty(), null);
    }

    /** Starts a DATA part; the payload may be empty. */
    public static Builder data(Payload payload) {
        return new Builder(PartStatus.DATA, payload, null);
    }

    /** Starts a COMPLETE part; the payload may be empty. */
    public static Builder complete(Payload payload) {
        return new Builder(PartStatus.COMPLETE, payload, null);
    }

    /** Starts a FAILED part. */
    public static Builder failed(CommandError error) {
        return new Builder(PartStatus.FAILED, Payload.empty(), Objects.requireNonNull(error, "error"));
    }

    /** What this part says. */
    public PartStatus status() {
        return status;
    }

    /** The ordinal of a DATA part, from 0 without gaps; 0 on other parts. Set by Sommelier. */
    public long sequence() {
        return sequence;
    }

    /** The headers, decoded on first use. */
    public Headers headers() {
        return headers;
    }

    /** The media type of the payload, or empty: then that of the ACCEPTED part, if there was one, holds. */
    public String contentType() {
        return contentType;
    }

    /** The bytes; a FAILED part may have some too. */
    public Payload payload() {
        return payload;
    }

    /**
     * The credit in bytes that sending this part takes, and that who has worked it off gives back by {@link Call#request}: for DATA the bytes of its payload, and
     * {@link #MIN_COST_BYTES} at least; 0 for all others, which cost nothing.
     */
    public long cost() {
        return status == PartStatus.DATA ? Math.max(MIN_COST_BYTES, payload.size()) : 0;
    }

    /** On a terminal part the number of DATA parts sent before it, 0 on other parts. Set by Sommelier. */
    public long finalCount() {
        return finalCount;
    }

    /** The HTTP status that the worker suggests, 200 to 599, or 0 for none. */
    public int suggestedStatus() {
        return suggestedStatus;
    }

    /** The error; present exactly on a FAILED part. */
    public Optional<CommandError> error() {
        return Optional.ofNullable(error);
    }

    /** A builder that starts with all of this part. */
    public Builder toBuilder() {
        Builder builder = new Builder(status, payload, error);
        builder.sequence = sequence;
        builder.headers = headers;
        builder.contentType = contentType;
        builder.finalCount = finalCount;
        builder.suggestedStatus = suggestedStatus;
        return builder;
    }

    /** Status, sequence and size; never headers or payload. */
    @Override
    public String toString() {
        return switch (status) {
            case ACCEPTED -> "Part[ACCEPTED]";
            case DATA -> "Part[DATA " + sequence + ", " + payload.size() + " bytes]";
            case COMPLETE -> "Part[COMPLETE after " + finalCount + ", " + payload.size() + " bytes]";
            case FAILED -> "Part[FAILED after " + finalCount + ", " + error + "]";
        };
    }

    /** Collects the fields. Not thread-safe. */
    public static final class Builder {
        private final PartStatus status;
        private Payload payload;
        private final CommandError error;
        private long sequence;
        private Headers headers = Headers.none();
        private String contentType = "";
        private long finalCount;
        private int suggestedStatus;

        private Builder(PartStatus status, Payload payload, CommandError error) {
            this.status = status;
            this.payload = Objects.requireNonNull(payload, "payload");
            this.error = error;
        }

        /** Sets the headers, in place of those set before. */
        public Builder headers(Headers value) {
            headers = Objects.requireNonNull(value, "headers");
            return this;
        }

        /**
         * Sets the media type of the payload.
         *
         * @throws IllegalArgumentException when it is longer than {@link Command#MAX_TEXT} or not printable ASCII
         */
        public Builder contentType(String value) {
            contentType = Names.checkText("contentType", value, Command.MAX_TEXT);
            return this;
        }

        /**
         * Sets the bytes, in place of those set before.
         *
         * @throws IllegalStateException on an ACCEPTED part, which has none, unless the payload is empty
         */
        public Builder payload(Payload value) {
            if (status == PartStatus.ACCEPTED && !value.isEmpty()) {
                throw new IllegalStateException("an ACCEPTED part has no payload");
            }
            payload = Objects.requireNonNull(value, "payload");
            return this;
        }

        /**
         * Suggests an HTTP status; 0 takes the suggestion back.
         *
         * @throws IllegalArgumentException when it is neither 0 nor 200 to 599
         */
        public Builder suggestedStatus(int value) {
            if (value != 0 && (value < 200 || value > 599)) {
                throw new IllegalArgumentException(
                        "suggestedStatus " + value + " is out of range, allowed are 0 and 200 to 599");
            }
            suggestedStatus = value;
            return this;
        }

        /** Sets the ordinal of a DATA part, 0 or more; whoever numbers parts calls this, a handler need not. */
        public Builder sequence(long value) {
            sequence = value;
            return this;
        }

        /**
         * Sets the number of DATA parts before a terminal, 0 or more; whoever numbers parts calls this, a handler need
         * not.
         */
        public Builder finalCount(long value) {
            finalCount = value;
            return this;
        }

        /** The part. */
        public Part build() {
            return new Part(this);
        }
    }
}
