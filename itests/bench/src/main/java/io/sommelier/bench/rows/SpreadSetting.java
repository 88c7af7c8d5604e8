package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import java.util.ArrayList;
import java.util.List;

/**
 * The responders are the crowd: members of one target for the rows whose requester knows one responder, of a target
 * each for the others.
 */
final class SpreadSetting implements RateScenario.Setting {
    @Override
    public List<RateScenario.Pair> open(List<Row> rows, Plan plan, Resources resources) {
        Side ours = new SommelierSide();
        Side relay = new RelaySide();
        Middle controller = ours.middle(Resources.MAX_HEAP, plan, resources);
        Middle relaying = relay.middle(Resources.MAX_HEAP, plan, resources);
        List<RateScenario.Pair> pairs = new ArrayList<>();
        for (Row row : rows) {
            pairs.add(new RateScenario.Pair(
                    open(ours, controller, row, resources), open(relay, relaying, row, resources)));
        }
        return pairs;
    }

    private static Subject open(Side side, Middle middle, Row row, Resources resources) {
        boolean sameTarget = row.shape().responders() == 1;
        PartyProcess crowd = side.crowd(middle, row.shape().firstResponder(), sameTarget, resources);
        // A relay knows no targets: its commands go round the connections in both cases.
        PartyProcess requester = side.requester(
                middle, side instanceof RelaySide ? row.shape().among(row.others()) : row.shape(), resources);
        return new Crowded(new Topology(middle, crowd, requester), crowd, row.others());
    }
}
