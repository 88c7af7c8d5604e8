package io.sommelier.testkit;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;

/** A member in a {@link World}. Thread-safe. */
public interface WorldMember {
    /** Sends commands over the channel of this member. */
    CommandSender sender();

    /** Serves one operation more, in the way of the others; the controller may learn of it a little later. */
    void serve(String operation, CommandHandler handler);

    /** Serves an operation no longer; the controller may learn of it a little later. */
    void stopServing(String operation);

    /** Takes no new commands and ends its channel with a goodbye when those under way have ended, at the latest after 5 s; does not wait for that. */
    void close();

    /** Loses its channel without a goodbye, as when its process dies, and does not come back. Handlers that run are not stopped. */
    void cut();
}
