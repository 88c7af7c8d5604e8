package io.sommelier.testkit;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Welcome;
import java.util.Optional;

/** A member in a {@link World}. Thread-safe. */
public interface WorldMember {
    /** The operation of the commands by which {@link #clog} is done; no test sends it. */
    String CLOG = "clog";

    /** Sends commands over the channel of this member. */
    CommandSender sender();

    /** What the controller said when it took the member in; empty while it is not in, as far as the member can know. */
    Optional<Welcome> welcome();

    /** How its last channel ended, or why it was refused the last time, as the member was told or found; empty before the first time. */
    Optional<Goodbye> lastGoodbye();

    /** Serves one operation more, in the way of the others; the controller may learn of it a little later. */
    void serve(String operation, CommandHandler handler);

    /** Serves an operation no longer; the controller may learn of it a little later. */
    void stopServing(String operation);

    /**
     * Has the commands that come for this member from now on wait in its send queue, where nobody has claimed them, until {@link #unclog} or {@link #cut}. Sends commands of its own, of the
     * operation {@link #CLOG}, to get there: they end with the clog. Called at most once, and only where the handlers run on an executor.
     */
    void clog();

    /** Lets what waits in the send queue come to the member again. */
    void unclog();

    /** Takes no new commands and ends its channel with a goodbye when those under way have ended, at the latest after 5 s; does not wait for that. */
    void close();

    /** Loses its channel without a goodbye, as when its process dies, and does not come back. Handlers that run are not stopped. */
    void cut();
}
