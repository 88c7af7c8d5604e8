package io.sommelier.conformance;

/** A rule cannot be checked against this connector; the message says why. */
final class NotChecked extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotChecked(String why) {
        super(why);
    }
}
