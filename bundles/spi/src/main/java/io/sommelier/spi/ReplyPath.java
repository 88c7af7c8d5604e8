package io.sommelier.spi;

import io.sommelier.api.Part;
import org.osgi.annotation.versioning.ConsumerType;

/** The way of a reply back to the exact session that asked. Thread-safe: parts may come from any thread, though one at a time. No method blocks or throws. */
@ConsumerType
public interface ReplyPath {
    /** The command was admitted; for a durable one, it is on disk. At most once, before any part; not called where a part follows at once. */
    void admitted();

    /**
     * Takes the next part. Nothing may be passed on after a terminal: a part that comes later, from a race that the
     * controller has already decided, is dropped by the implementation. Dropped is also what comes after the channel
     * has gone.
     */
    void part(Part part);
}
