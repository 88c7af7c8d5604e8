package io.sommelier.bench.rows;

import io.sommelier.bench.stats.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows that are measured under load, round by round: ours and the baseline of the first row, of the second, and so on,
 * then again. What slows the machine for a while so meets both sides of every row. A side that several rows share is
 * measured once in each round.
 *
 * @param of what is measured
 * @param setting makes both sides of all rows ready
 */
record RateScenario(List<Row> of, Setting setting) implements Scenario {

    /** Makes the sides ready. */
    @FunctionalInterface
    interface Setting {
        /** Both sides of each row, in order. */
        List<Pair> open(List<Row> rows, Plan plan, Resources resources);
    }

    /**
     * The two sides of a row.
     *
     * @param ours Sommelier
     * @param baseline what it is compared with
     */
    record Pair(Subject ours, Subject baseline) {}

    @Override
    public List<String> rows() {
        return of.stream().map(Row::name).toList();
    }

    @Override
    public List<RowResult> run(Plan plan) {
        try (Resources resources = new Resources()) {
            List<Pair> pairs = setting.open(of, plan, resources);
            Gauge gauge = new Gauge(plan);
            Set<Subject> warm = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < pairs.size(); i++) {
                Pair pair = pairs.get(i);
                if (warm.add(pair.ours) && !gauge.warmUp(pair.ours)) {
                    System.err.println(rows().get(i) + ": ours was still not steady at the end of the warm-up");
                }
                if (warm.add(pair.baseline) && !gauge.warmUp(pair.baseline)) {
                    System.err.println(rows().get(i) + ": the baseline was still not steady at the end of the warm-up");
                }
            }
            Map<String, Rounds> measured = new LinkedHashMap<>();
            for (int round = 0; round < plan.rounds(); round++) {
                Map<Subject, Sample> ofThisRound = new IdentityHashMap<>();
                for (int i = 0; i < pairs.size(); i++) {
                    Pair pair = pairs.get(i);
                    measured.computeIfAbsent(rows().get(i), name -> new Rounds())
                            .add(
                                    ofThisRound.computeIfAbsent(pair.ours, gauge::measure),
                                    ofThisRound.computeIfAbsent(pair.baseline, gauge::measure));
                }
            }
            return results(measured);
        }
    }

    private List<RowResult> results(Map<String, Rounds> measured) {
        List<RowResult> results = new ArrayList<>();
        for (Row row : of) {
            Rounds rounds = measured.get(row.name());
            List<Verdict> verdicts =
                    row.aims().stream().map(aim -> aim.judge(rounds, measured)).toList();
            results.add(RowResult.of(row, rounds, verdicts));
        }
        return results;
    }
}
