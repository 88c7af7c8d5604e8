package io.sommelier.transport.link;

import io.sommelier.api.Part;
import io.sommelier.spi.ReplyPath;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.Outbox;

/**
 * Brings a reply to the loop of the caller's channel, and writes it there. Thread-safe as {@link ReplyPath} says: one part at
 * a time.
 *
 * <p>It is itself the task that carries a part across, while no other part waits: a single answer costs no second object.
 */
final class ReplyWriter implements ReplyPath, Runnable {
    private final Link link;
    private final Outbox outbox;
    private final InStream stream;
    private volatile Part waiting;

    ReplyWriter(Link link, Outbox outbox, InStream stream) {
        this.link = link;
        this.outbox = outbox;
        this.stream = stream;
    }

    @Override
    public void admitted() {
        outbox.add(() -> link.admitted(stream));
    }

    @Override
    public void part(Part part) {
        if (waiting == null) {
            waiting = part;
            outbox.add(this);
        } else {
            outbox.add(() -> link.part(stream, part));
        }
    }

    /** Writes the part that waited; on the loop. */
    @Override
    public void run() {
        Part part = waiting;
        waiting = null;
        link.part(stream, part);
    }
}
