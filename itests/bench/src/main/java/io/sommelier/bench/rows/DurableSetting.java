package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;
import java.util.List;

/**
 * Durable commands from process to process through the assembly, beside a broker in a process of its own, whose producer
 * and consumer share another one.
 */
final class DurableSetting implements RateScenario.Setting {
    @Override
    public List<RateScenario.Pair> open(List<Row> rows, Plan plan, Resources resources) {
        LoadShape shape = rows.get(0).shape();
        Side side = new AssemblySide();
        Middle assembly = side.middle(Resources.MAX_HEAP, plan, resources);
        Subject ours = new Topology(
                assembly,
                side.responder(assembly, shape, resources),
                resources.start(
                        "requester", shape.toArguments("--controller", assembly.address(), "--durable", "yes")));
        Middle broker = new StartedMiddle(resources.start("broker"));
        PartyProcess bare =
                resources.start("queue-requester", shape.toArguments("--broker", broker.address(), "--durable", "yes"));
        return List.of(new RateScenario.Pair(ours, new Topology(broker, List.of(), bare)));
    }
}
