package io.sommelier.remote;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Lets text pass without its colours: escape sequences of the form ESC [ … letter are left out. Confined to one thread. */
final class PlainText extends FilterOutputStream {
    private static final int ESCAPE = 0x1b;

    private enum State {
        TEXT,
        ESCAPED,
        SEQUENCE
    }

    private State state = State.TEXT;

    PlainText(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        int character = b & 0xff;
        switch (state) {
            case TEXT -> {
                if (character == ESCAPE) {
                    state = State.ESCAPED;
                } else {
                    out.write(character);
                }
            }
            case ESCAPED -> {
                if (character == '[') {
                    state = State.SEQUENCE;
                } else {
                    state = State.TEXT;
                    out.write(ESCAPE);
                    out.write(character);
                }
            }
            case SEQUENCE -> {
                if (character >= '@' && character <= '~') {
                    state = State.TEXT;
                }
            }
            default -> throw new IllegalStateException(state.name());
        }
    }
}
