package io.sommelier.conformance;

/** The connector broke a rule; the message says how. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken(String how) {
        super(how);
    }
}
