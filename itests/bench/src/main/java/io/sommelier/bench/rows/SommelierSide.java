package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.PartyProcess;

/** Sommelier's processes, or those beside a controller that is running. */
final class SommelierSide implements Side {
    private final Over over;

    /** Over TCP. */
    SommelierSide() {
        this(Over.TCP);
    }

    SommelierSide(Over over) {
        this.over = over;
    }

    @Override
    public Middle middle(String maxHeap, Plan plan, Resources resources) {
        return plan.controller().isEmpty()
                ? new StartedMiddle(resources.startWithin(
                        maxHeap, "controller", resources.over(over == Over.JSON ? Over.WEBSOCKET : over)))
                : new GivenMiddle(plan.controller(), plan.controllerPid());
    }

    @Override
    public PartyProcess responder(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("responder", resources.over(over, shape.toArguments("--controller", middle.address())));
    }

    @Override
    public PartyProcess requester(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("requester", resources.over(over, shape.toArguments("--controller", middle.address())));
    }

    @Override
    public PartyProcess crowd(Middle middle, int first, boolean sameTarget, Resources resources) {
        return resources.start(
                "crowd",
                "--controller",
                middle.address(),
                "--first",
                Integer.toString(first),
                "--targets",
                sameTarget ? "one" : "own");
    }
}
