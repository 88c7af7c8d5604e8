package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.PartyProcess;
import java.util.ArrayList;
import java.util.List;

/**
 * One set of processes for all rows, which differ in how many other connections there are.
 *
 * @param ours what is measured
 * @param baseline what it is compared with
 * @param sameTarget whether the others are members of one target, or of one each
 */
record CrowdSetting(Side ours, Side baseline, boolean sameTarget) implements RateScenario.Setting {
    private static final int FIRST_OF_CROWD = 2;

    @Override
    public List<RateScenario.Pair> open(List<Row> rows, Plan plan, Resources resources) {
        LoadShape shape = rows.get(0).shape();
        Topology ourParties = ours.open(shape, plan, resources);
        Topology otherParties = baseline.open(shape, plan, resources);
        PartyProcess ourCrowd = ours.crowd(ourParties.middle(), FIRST_OF_CROWD, sameTarget, resources);
        PartyProcess otherCrowd = baseline.crowd(otherParties.middle(), FIRST_OF_CROWD, sameTarget, resources);
        List<RateScenario.Pair> pairs = new ArrayList<>();
        for (Row row : rows) {
            pairs.add(new RateScenario.Pair(
                    new Crowded(ourParties, ourCrowd, row.others()),
                    new Crowded(otherParties, otherCrowd, row.others())));
        }
        return pairs;
    }
}
