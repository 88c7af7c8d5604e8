package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A body in one piece. Its memory grows with what came, not with what was announced. Confined to the event loop of its
 * connection.
 */
final class WholeBody implements RequestBody {
    private static final int FIRST_BYTES = 8 << 10;

    private final HeldBytes held;
    private final long mostHeld;
    private final int most;
    private byte[] bytes;
    private int length;
    private boolean isOverBudget;

    /** @param announced what Content-Length says, -1 for nothing */
    WholeBody(HeldBytes held, long mostHeld, int most, long announced) {
        this.held = held;
        this.mostHeld = mostHeld;
        this.most = most;
        long first = announced < 0 ? FIRST_BYTES : announced;
        bytes = new byte[(int) Math.min(first, Math.min(FIRST_BYTES, most))];
        isOverBudget = !held.take(bytes.length, mostHeld);
        if (isOverBudget) {
            bytes = new byte[0];
        }
    }

    @Override
    public boolean add(ByteBuf in) {
        int more = in.readableBytes();
        if (isOverBudget || more > most - length) {
            return false;
        }
        if (length + more > bytes.length && !grow(length + more)) {
            return false;
        }
        in.readBytes(bytes, length, more);
        length += more;
        return true;
    }

    @Override
    public void end() {
        if (bytes.length != length) {
            held.giveBack(bytes.length - length);
            bytes = Arrays.copyOf(bytes, length);
        }
    }

    /** The body, after {@link #end}. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether there was no memory for it, rather than that it is too large. */
    boolean isOverBudget() {
        return isOverBudget;
    }

    /** Nobody needs it any more. */
    void release() {
        held.giveBack(bytes.length);
        bytes = new byte[0];
        length = 0;
    }

    private boolean grow(int needed) {
        int capacity = (int) Math.min(most, Math.max(needed, 2L * bytes.length));
        if (!held.take(capacity - bytes.length, mostHeld)) {
            isOverBudget = true;
            return false;
        }
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }
}
