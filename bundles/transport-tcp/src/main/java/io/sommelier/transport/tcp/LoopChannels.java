package io.sommelier.transport.tcp;

import io.sommelier.api.Goodbye;
import java.util.ArrayList;
import java.util.List;

/** The channels of one event loop, so that one task ticks them all. Confined to the loop. */
final class LoopChannels {
    private final List<SocketHandler> sockets = new ArrayList<>();

    void add(SocketHandler socket) {
        socket.place = sockets.size();
        sockets.add(socket);
    }

    /** Takes one out: the last one moves to its place. */
    void remove(SocketHandler socket) {
        SocketHandler last = sockets.remove(sockets.size() - 1);
        if (last != socket) {
            sockets.set(socket.place, last);
            last.place = socket.place;
        }
    }

    /** Tells every link that time goes by. From the last to the first, since a link may end by it. */
    void tick() {
        for (int i = sockets.size() - 1; i >= 0; i--) {
            if (i < sockets.size()) {
                sockets.get(i).channel().link().tick();
            }
        }
    }

    /** Says goodbye on every channel. */
    void sayGoodbye(Goodbye goodbye) {
        for (SocketHandler socket : List.copyOf(sockets)) {
            socket.channel().link().close(goodbye);
        }
    }

    /** Closes every socket, whatever is still to be written. */
    void closeNow() {
        List.copyOf(sockets).forEach(SocketHandler::closeNow);
    }
}
