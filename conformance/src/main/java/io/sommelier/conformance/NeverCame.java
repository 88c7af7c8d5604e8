package io.sommelier.conformance;

/** The connector does not connect when it is started; the message says what was seen. No rule can be looked at. */
final class NeverCame extends RuntimeException {
    private static final long serialVersionUID = 1;

    NeverCame(String what) {
        super(what);
    }
}
