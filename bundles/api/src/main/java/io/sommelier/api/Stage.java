package io.sommelier.api;

/**
 * Where a command was when it failed; what is true of it then, its {@link Outcome} says. The numbers are fixed: they
 * travel on the wire.
 */
public enum Stage {
    /** Taken in, before any handler of the pipeline. */
    INGRESS(1),
    /** In the pipeline on its way down. */
    PIPELINE(2),
    /** While a member or a mailbox was sought. */
    ROUTING(3),
    /** In the send queue of a channel, not yet claimed. */
    SEND_QUEUE(4),
    /** In a mailbox. */
    MAILBOX(5),
    /** Held while the last member of its target is being updated. */
    HOLD(6),
    /** At the member, in the queue before its executor. */
    MEMBER_QUEUE(7),
    /** In the handler. */
    EXECUTION(8),
    /** Handed over to the member, no part seen yet. */
    REPLY_WAIT(9),
    /** Accepted, or parts were seen, but no terminal. */
    STREAM(10),
    /** A terminal was seen, and was on its way up to the caller. */
    RETURN(11);

    private static final Stage[] BY_NUMBER = new Stage[12];

    static {
        for (Stage stage : values()) {
            BY_NUMBER[stage.number] = stage;
        }
    }

    private final int number;

    Stage(int number) {
        this.number = number;
    }

    /** The fixed number, 1 to 11. */
    public int number() {
        return number;
    }

    /** The stage of that number; {@link #REPLY_WAIT} for a number that a newer peer may send. */
    public static Stage ofNumber(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : REPLY_WAIT;
    }
}
