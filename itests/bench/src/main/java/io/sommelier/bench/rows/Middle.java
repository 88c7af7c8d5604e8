package io.sommelier.bench.rows;

import io.sommelier.bench.party.Memory;
import io.sommelier.bench.party.Usage;

/** The process in the middle: the controller, or the relay. */
interface Middle {
    /** {@code HOST:PORT}, where the other parties find it. */
    String address();

    /** What it has used up to now. */
    Usage usage();

    /** What it holds. */
    Memory memory();
}
