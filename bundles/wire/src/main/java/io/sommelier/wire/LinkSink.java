package io.sommelier.wire;

import io.netty.buffer.ByteBuf;

/** The socket under a {@link Link}. Called on the link's thread alone. */
public interface LinkSink {
    /** Writes and flushes whole frames; takes over the buffer and releases it. */
    void write(ByteBuf frames);

    /** Closes the socket once what was written before is out; {@link Link#socketClosed} may follow. */
    void close();

    /**
     * Asks for {@link Link#flush} to be called again soon, behind what waits for this thread already: the link has written a good deal of a large message, and lets
     * others have their turn.
     *
     * @return {@code false} when that cannot be done, as here; then the link goes on at once
     */
    default boolean flushSoon() {
        return false;
    }
}
