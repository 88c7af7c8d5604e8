package io.sommelier.conformance;

/** How a command ended. Immutable. Code, outcome and message are those of FAILED; 0 and empty otherwise. Nobody writes into the payload. */
record Terminal(boolean isComplete, int code, int outcome, String message, byte[] payload) {
    static final int INVALID_COMMAND = 100;
    static final int PAYLOAD_TOO_LARGE = 101;
    static final int UNKNOWN_OPERATION = 201;
    static final int REFUSED = 2;
    static final int EXECUTED = 3;

    void mustBeComplete() {
        if (!isComplete) {
            throw new Broken("it ended with " + this);
        }
    }

    void mustHaveFailed(int expected) {
        if (isComplete || code != expected) {
            throw new Broken("it ended with %s, expected is code %d".formatted(this, expected));
        }
    }

    @Override
    public String toString() {
        return isComplete ? "COMPLETE" : "FAILED (code %d, outcome %d: %s)".formatted(code, outcome, message);
    }
}
