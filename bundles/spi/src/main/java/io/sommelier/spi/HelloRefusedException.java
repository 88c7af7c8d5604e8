package io.sommelier.spi;

import io.sommelier.api.Goodbye;

/** A hello was refused. Not meant to be serialized: the goodbye does not survive it. */
public final class HelloRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Goodbye goodbye;

    /** Carries why, without a stack trace. */
    public HelloRefusedException(Goodbye goodbye) {
        super(goodbye.reason() + ": " + goodbye.message(), null, false, false);
        this.goodbye = goodbye;
    }

    /** Why, and whether to come back. */
    public Goodbye goodbye() {
        return goodbye;
    }
}
