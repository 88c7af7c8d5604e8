package io.sommelier.transport.link;

import io.sommelier.api.Goodbye;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets of one event loop, so that one task ticks them all. Confined to the loop. */
final class LoopSockets {
    private static final Logger LOG = LoggerFactory.getLogger(LoopSockets.class);

    private final List<LinkSocket> sockets = new ArrayList<>();

    void add(LinkSocket socket) {
        socket.place = sockets.size();
        sockets.add(socket);
    }

    /** Takes one out: the last one moves to its place. */
    void remove(LinkSocket socket) {
        LinkSocket last = sockets.remove(sockets.size() - 1);
        if (last != socket) {
            sockets.set(socket.place, last);
            last.place = socket.place;
        }
    }

    /** Tells every link that time goes by. From the last to the first, since a link may end by it. */
    void tick() {
        for (int i = sockets.size() - 1; i >= 0; i--) {
            if (i < sockets.size()) {
                tick(sockets.get(i));
            }
        }
    }

    private static void tick(LinkSocket socket) {
        try {
            socket.channel().link().tick();
        } catch (RuntimeException defect) { // the others must be ticked all the same
            LOG.error(
                    "the channel to {} is closed after a defect",
                    socket.channel().remoteAddress(),
                    defect);
            socket.closeNow();
        }
    }

    /** Lets what is under way end on every channel, and says goodbye behind it. */
    void leave(Goodbye goodbye) {
        for (LinkSocket socket : List.copyOf(sockets)) {
            socket.channel().leave(goodbye);
        }
    }

    /** Says goodbye on every channel. */
    void sayGoodbye(Goodbye goodbye) {
        for (LinkSocket socket : List.copyOf(sockets)) {
            socket.channel().link().close(goodbye);
        }
    }

    /** Closes every socket, whatever is still to be written. */
    void closeNow() {
        List.copyOf(sockets).forEach(LinkSocket::closeNow);
    }
}
