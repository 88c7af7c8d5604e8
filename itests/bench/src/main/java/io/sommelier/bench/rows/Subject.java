package io.sommelier.bench.rows;

import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;

/** One side of a row, ready to be put under load, again and again. Confined to one thread. */
interface Subject {
    /** Puts it under load. */
    void start();

    /** Ends the load; returns when nothing is under way. */
    void stop();

    /** What its requester saw since it was last asked. */
    Window window();

    /** What the processes that carry a command have used up to now. */
    Usage usage();

    /** What the process in the middle has used up to now. */
    Usage middleUsage();
}
