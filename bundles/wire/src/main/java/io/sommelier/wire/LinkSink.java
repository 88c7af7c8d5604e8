package io.sommelier.wire;

import io.netty.buffer.ByteBuf;

/** The socket under a {@link Link}. Called on the link's thread alone. */
public interface LinkSink {
    /** Writes and flushes whole frames; takes over the buffer and releases it. */
    void write(ByteBuf frames);

    /** Closes the socket once what was written before is out; {@link Link#socketClosed} may follow. */
    void close();
}
