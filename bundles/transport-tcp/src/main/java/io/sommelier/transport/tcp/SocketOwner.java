package io.sommelier.transport.tcp;

import io.netty.channel.Channel;

/** Who makes the channel over a socket. Called on the event loop of the socket. */
interface SocketOwner {
    /** The socket is open; gives its channel, or {@code null} when the socket is to be closed at once. */
    LinkChannel opened(SocketHandler handler, Channel socket);

    /** The socket is gone; not called where {@code opened} gave no channel. */
    void closed(SocketHandler handler, Channel socket);
}
