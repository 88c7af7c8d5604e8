package io.sommelier.karaf;

import java.io.IOException;
import java.nio.file.Path;

/** What starts a Karaf, and stops it. */
interface Running {
    /** The directory that it runs in; known from the first start on. */
    Path home();

    /** Starts it; comes back before it is ready for commands. */
    void start() throws IOException;

    /** Stops it in good order, and waits until it is down. */
    void stop() throws IOException;
}
