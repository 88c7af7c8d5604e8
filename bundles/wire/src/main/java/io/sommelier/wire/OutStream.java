package io.sommelier.wire;

/** A command that was sent over a link, seen from the end that waits for its reply. Confined to the link's thread. */
public final class OutStream {
    final int number;
    final Object attachment;
    boolean closed;

    OutStream(int number, Object attachment) {
        this.number = number;
        this.attachment = attachment;
    }

    /** What its owner keeps with it. */
    public Object attachment() {
        return attachment;
    }

    /** Whether its terminal has come, or it was cancelled or lost. */
    public boolean isClosed() {
        return closed;
    }
}
