package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;

/** Starts the processes of one side of a routed row: Sommelier's, or the relay's. */
interface Side {
    /** The process in the middle, with a heap of at most {@code maxHeap} if it is started here. */
    Middle middle(String maxHeap, Plan plan, Resources resources);

    /** A process that answers. */
    PartyProcess responder(Middle middle, LoadShape shape, Resources resources);

    /** A process that sends. */
    PartyProcess requester(Middle middle, LoadShape shape, Resources resources);

    /**
     * A process that opens and closes many connections when it is told to, over TCP; they answer what comes.
     *
     * @param first the number of the first of them
     * @param sameTarget whether they all are members of the target of the first
     */
    PartyProcess crowd(Middle middle, int first, boolean sameTarget, Resources resources);

    /** All three for a row. */
    default Topology open(LoadShape shape, Plan plan, Resources resources) {
        Middle middle = middle(Resources.MAX_HEAP, plan, resources);
        return new Topology(middle, responder(middle, shape, resources), requester(middle, shape, resources));
    }
}
