package io.sommelier.wire;

/** The numbers of the streams that one end opens: odd ones for the connector, even ones for the controller, counting up and around. Confined to the link's thread. */
final class StreamNumbers {
    private final int first;
    private int next;
    private boolean wentAround;

    /** Starts with the first number, 1 or 2. */
    StreamNumbers(boolean connector) {
        this(connector, connector ? 1 : 2);
    }

    /** Starts with any number of the right parity. */
    StreamNumbers(boolean connector, int next) {
        this.first = connector ? 1 : 2;
        this.next = next;
    }

    /** The next number that is not in the table. */
    int take(StreamTable<?> live) {
        int number = next;
        while (live.get(number) != null) {
            number = after(number);
        }
        next = after(number);
        return number;
    }

    /** Whether a number, of the right parity, may have been given out before. */
    boolean wasGiven(int number) {
        return wentAround || Integer.compareUnsigned(number, next) < 0;
    }

    private int after(int number) {
        int following = number + 2;
        if (Integer.compareUnsigned(following, number) < 0) {
            wentAround = true;
            return first;
        }
        return following;
    }
}
