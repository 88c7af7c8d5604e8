package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import java.util.ArrayDeque;

/** A command that came over a link, seen from the end that executes or routes it. Confined to the link's thread. */
public final class InStream {
    final int number;
    boolean closed;
    private Object attachment;

    /** The command while its pieces come; {@code null} once it is whole. */
    Arriving arriving;
    /** Whether the command was refused, and the rest of its pieces is only counted off. */
    boolean refused;

    /** What the peer still takes, in bytes of credit. */
    long credit;
    /** How many DATA were given to {@link Link#part}. */
    long dataCount;

    boolean admitted;
    boolean answered;
    /** The part that is going out in pieces. */
    SplitMessages.Split split;
    /** Those that wait until it is out. */
    ArrayDeque<Part> waiting;

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

    /** Lets go of what has not gone out. */
    void dropUnsent() {
        if (split != null) {
            split.drop();
            split = null;
        }
        waiting = null;
    }

    /** The head of a split command, and what came of its payload. */
    static final class Arriving {
        final Command.Builder command;
        final long remainingNanos;
        final long sinceNanos;
        final String source;
        final String principal;
        final int attempt;
        final Assembly assembly;

        Arriving(MessageReader head, Assembly assembly, long sinceNanos) {
            this.command = head.command;
            this.remainingNanos = head.remainingNanos;
            this.source = head.source;
            this.principal = head.principal;
            this.attempt = head.attempt;
            this.assembly = assembly;
            this.sinceNanos = sinceNanos;
        }
    }
}
