package io.sommelier.conformance;

import java.util.Optional;

/** The connector that is looked at. */
interface Subject {
    /** Starts it, so that it dials a controller. */
    void start(Listener.Transport transport, int port);

    /** How it ended by itself; empty while it runs. */
    Optional<String> ended();

    /** Asks it to end, as an operator would. */
    void askToEnd();

    /** Ends it at once; nothing happens when it is not running. */
    void stop();
}
