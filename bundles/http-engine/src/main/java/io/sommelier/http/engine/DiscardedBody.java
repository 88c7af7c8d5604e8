package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;

/** A small body that nobody wants, read so that the connection can go on. Confined to the event loop of its connection. */
final class DiscardedBody implements RequestBody {
    static final int MOST_BYTES = 64 << 10;

    private int bytes;

    @Override
    public boolean add(ByteBuf in) {
        bytes += in.readableBytes();
        return bytes <= MOST_BYTES;
    }

    @Override
    public void end() {}
}
