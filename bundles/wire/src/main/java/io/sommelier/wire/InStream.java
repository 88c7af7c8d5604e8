package io.sommelier.wire;

/** A command that came over a link, seen from the end that executes or routes it. Confined to the link's thread. */
public final class InStream {
    final int number;
    boolean closed;
    private Object attachment;

    InStream(int number) {
        this.number = number;
    }

    /** What its owner keeps with it; {@code null} at first. */
    public Object attachment() {
        return attachment;
    }

    /** Sets what its owner keeps with it. */
    public void attachment(Object value) {
        attachment = value;
    }

    /** Whether its terminal was sent, or it was cancelled. */
    public boolean isClosed() {
        return closed;
    }
}
