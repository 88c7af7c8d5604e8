package io.sommelier.wire;

import io.sommelier.api.Part;

/** A command that was sent over a link, seen from the end that waits for its reply. Confined to the link's thread. */
public final class OutStream {
    final int number;
    final Object attachment;
    boolean closed;

    /** What the peer may still send, in bytes of credit, as it has been told. */
    long granted;
    /** What its owner gave beyond the most that may be out at once. */
    long reserve;
    /** How many DATA came. */
    long dataCount;

    boolean admitted;
    boolean answered;
    /** The command while it goes out in pieces. */
    SplitMessages.Split split;
    /** The head of a split part, while its pieces come. */
    Part.Builder arriving;

    boolean arrivingIsTerminal;
    Assembly assembly;

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

    /** Gives what has come of a split part back. */
    void dropArriving() {
        if (assembly != null) {
            assembly.drop();
            assembly = null;
        }
        arriving = null;
    }
}
