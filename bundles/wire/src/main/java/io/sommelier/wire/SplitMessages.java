package io.sommelier.wire;

import io.sommelier.api.Payload;
import java.util.ArrayDeque;

/**
 * The messages that are too large for one frame, while they go out: each in turn gets one frame, so that they share the socket, and small messages pass between.
 * Confined to the link's thread.
 */
final class SplitMessages {
    /** How much goes out before others of the same thread have their turn. */
    private static final int TURN_BYTES = 256 * 1024;

    private final MessageWriter messages;
    private final ArrayDeque<Split> waiting = new ArrayDeque<>();

    SplitMessages(MessageWriter messages) {
        this.messages = messages;
    }

    /** One message on its way. */
    static final class Split {
        private final int stream;
        private final Runnable whenOut;
        private Payload payload;
        private int next;

        private Split(int stream, Payload payload, Runnable whenOut) {
            this.stream = stream;
            this.payload = payload;
            this.whenOut = whenOut;
        }

        /** Writes no more of it. */
        void drop() {
            payload = null;
        }
    }

    /** Takes a message whose first, empty piece was written. */
    Split add(int stream, Payload payload, Runnable whenOut) {
        Split split = new Split(stream, payload, whenOut);
        waiting.add(split);
        return split;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void clear() {
        waiting.clear();
    }

    /** Writes one frame of the message whose turn it is. Returns the bytes written. */
    int writeOne() {
        Split split = waiting.poll();
        if (split == null || split.payload == null) {
            return 0;
        }
        int from = split.next;
        split.next = messages.continuation(split.stream, split.payload, from);
        int written = split.next - from;
        if (split.next < split.payload.size()) {
            waiting.add(split);
        } else {
            split.whenOut.run();
        }
        return written;
    }

    /** Whether after so many bytes it is the turn of others. */
    static boolean isTurnOver(int bytes) {
        return bytes >= TURN_BYTES;
    }
}
