package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.PartyProcess;

/** The baseline's processes. */
final class RelaySide implements Side {
    private final Over over;

    /** Over TCP. */
    RelaySide() {
        this(Over.TCP);
    }

    RelaySide(Over over) {
        this.over = over;
    }

    @Override
    public Middle middle(String maxHeap, Plan plan, Resources resources) {
        return new StartedMiddle(resources.startWithin(maxHeap, "relay", resources.over(over)));
    }

    @Override
    public PartyProcess responder(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("relay-responder", resources.over(over, shape.toArguments("--relay", middle.address())));
    }

    @Override
    public PartyProcess requester(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("relay-requester", resources.over(over, shape.toArguments("--relay", middle.address())));
    }

    @Override
    public PartyProcess crowd(Middle middle, int first, boolean sameTarget, Resources resources) {
        return resources.start(
                "relay-responder", "--relay", middle.address(), "--count", "0", "--first", Integer.toString(first));
    }
}
