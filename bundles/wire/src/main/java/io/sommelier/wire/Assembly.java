package io.sommelier.wire;

import io.sommelier.api.Payload;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The payload of one split message while it comes. Its memory grows with what came, never with what was announced. Confined to the link's thread. */
final class Assembly {
    private static final byte[] NOTHING = {};

    private final Space space;
    private final int total;
    private final long headBytes;
    private byte[] bytes = NOTHING;
    private int size;

    private Assembly(Space space, int total, long headBytes) {
        this.space = space;
        this.total = total;
        this.headBytes = headBytes;
    }

    /**
     * Adds the rest of the frame.
     *
     * @return {@code false} when there is no space for it; nothing was added then
     * @throws ProtocolViolationException when it is more than was announced, or the flag MORE is wrong
     */
    boolean add(Frame frame) {
        int piece = frame.remaining();
        boolean more = frame.has(Frames.MORE);
        if (piece > total - size || more != (piece < total - size)) {
            throw new ProtocolViolationException("a split message of " + total + " bytes has " + (size + (long) piece)
                    + (more ? ", and more follow" : ", and ends"));
        }
        if (!space.take(piece)) {
            return false;
        }
        int needed = size + piece;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(total, Math.max(needed, bytes.length * 2L)));
        }
        frame.restInto(bytes, size);
        size = needed;
        return true;
    }

    /** The whole payload; the space is given back. */
    Payload finish() {
        Payload payload = Payload.copyOf(ByteBuffer.wrap(bytes, 0, size));
        drop();
        return payload;
    }

    /** Gives the space back. */
    void drop() {
        space.give(headBytes + size);
        bytes = NOTHING;
        size = 0;
    }

    /** How many bytes of split messages one link may hold. Confined to the link's thread. */
    static final class Space {
        /** What an unfinished message takes beside its bytes. */
        private static final int OVERHEAD_BYTES = 512;

        private final long most;
        private long taken;

        Space(long most) {
            this.most = most;
        }

        /** Begins a message with a head of that many bytes; {@code null} when there is no space. */
        Assembly begin(int total, int headBytes) {
            long bytes = headBytes + (long) OVERHEAD_BYTES;
            return take(bytes) ? new Assembly(this, total, bytes) : null;
        }

        private boolean take(long bytes) {
            if (bytes > most - taken) {
                return false;
            }
            taken += bytes;
            return true;
        }

        private void give(long bytes) {
            taken -= bytes;
        }
    }
}
