package io.sommelier.api;

/** What is true of a failed command. Every failure carries exactly one; nothing is ever just "timed out". The numbers are fixed: they travel on the wire. */
public enum Outcome {
    /** No byte of it was handed to a socket or a handler. Sending it again is safe. */
    NOT_SENT(1),
    /** A policy, or the member before starting, said no. Nothing was executed; send it again once the cause is mended, or at once if retryable. */
    REFUSED(2),
    /** The handler ran and answered failure. */
    EXECUTED(3),
    /** A terminal was seen but could not be delivered. Send it again only if it may safely run twice. */
    REPLY_LOST(4),
    /** Handed over, and then nothing certain. Send it again only if it may safely run twice. */
    UNKNOWN(5);

    private static final Outcome[] BY_NUMBER = {null, NOT_SENT, REFUSED, EXECUTED, REPLY_LOST, UNKNOWN};

    private final int number;

    Outcome(int number) {
        this.number = number;
    }

    /** The fixed number, 1 to 5. */
    public int number() {
        return number;
    }

    /** The outcome of that number; {@link #UNKNOWN}, the most careful one, for a number that a newer peer may send. */
    public static Outcome ofNumber(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
}
