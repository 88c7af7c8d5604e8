package io.sommelier.bench.rows;

import io.sommelier.bench.party.Memory;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What many idle connectors cost the process in the middle, in memory: before they come, and after they have been there
 * for a while, each time after a garbage collection.
 *
 * @param name the row
 * @param connectors how many
 * @param maxHeap of the process in the middle
 * @param ours what is weighed
 * @param baseline what it is compared with
 * @param bounds its aims
 */
record MemoryScenario(String name, int connectors, String maxHeap, Side ours, Side baseline, List<Bound> bounds)
        implements Scenario {
    /** More than two heartbeats. */
    private static final long STAY_MILLIS = 25_000;

    private static final double KILOBYTE = 1e3;
    private static final double MEGABYTE = 1e6;

    /**
     * What a figure should be at most.
     *
     * @param figure its name
     * @param most in its unit
     */
    record Bound(String figure, double most) {
        Verdict judge(Map<String, Double> figures) {
            double found = figures.get(figure);
            return new Verdict(String.format(Locale.ROOT, "%s <= %.0f", figure, most), found, found <= most);
        }
    }

    @Override
    public List<String> rows() {
        return List.of(name);
    }

    @Override
    public List<RowResult> run(Plan plan) {
        try (Resources resources = new Resources()) {
            Map<String, Double> figures = RowResult.withoutRate();
            weigh(ours, "", plan, resources, figures);
            weigh(baseline, "baseline_", plan, resources, figures);
            List<Verdict> verdicts =
                    bounds.stream().map(bound -> bound.judge(figures)).toList();
            return List.of(new RowResult(name, 0, 0, figures, "", verdicts));
        }
    }

    private void weigh(Side side, String prefix, Plan plan, Resources resources, Map<String, Double> figures) {
        Middle middle = side.middle(maxHeap, plan, resources);
        Memory before = middle.memory();
        side.crowd(middle, 1, true, resources).ask("open " + connectors);
        Pause.millis(STAY_MILLIS);
        Memory after = middle.memory();
        double grown = after.residentBytes() - before.residentBytes();
        double heapGrown = after.heapBytes() - before.heapBytes();
        figures.put(prefix + "resident_mb", after.residentBytes() / MEGABYTE);
        figures.put(prefix + "grown_mb", grown / MEGABYTE);
        figures.put(prefix + "heap_mb", after.heapBytes() / MEGABYTE);
        figures.put(prefix + "direct_mb", after.directBytes() / MEGABYTE);
        figures.put(prefix + "heap_each_kb", heapGrown / connectors / KILOBYTE);
        figures.put(prefix + "resident_each_kb", grown / connectors / KILOBYTE);
    }
}
