package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;

/** Sommelier's processes, or those beside a controller that is running. */
final class SommelierSide implements Side {
    @Override
    public Middle middle(String maxHeap, Plan plan, Resources resources) {
        return plan.controller().isEmpty()
                ? new StartedMiddle(resources.startWithin(maxHeap, "controller"))
                : new GivenMiddle(plan.controller(), plan.controllerPid());
    }

    @Override
    public PartyProcess responder(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("responder", shape.toArguments("--controller", middle.address()));
    }

    @Override
    public PartyProcess requester(Middle middle, LoadShape shape, Resources resources) {
        return resources.start("requester", shape.toArguments("--controller", middle.address()));
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
