package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;

/** Where the bytes of one request's body go. Confined to the event loop of its connection. */
interface RequestBody {
    /** Takes bytes without keeping the buffer; false when they are too many, and nothing more will be taken. */
    boolean add(ByteBuf bytes);

    /** The body is whole. */
    void end();
}
