package io.sommelier.bench.rows;

import io.sommelier.bench.party.Memory;
import java.util.List;
import java.util.Map;

/**
 * What many idle connectors cost the process in the middle, in memory: before they come, and after they have been there
 * for a while, each time after a garbage collection.
 *
 * @param name the row
 * @param connectors how many
 * @param mostMegabytes what the process should be content with, resident
 */
record MemoryScenario(String name, int connectors, int mostMegabytes) implements Scenario {
    /** More than two heartbeats. */
    private static final long STAY_MILLIS = 25_000;

    /** As somebody would bound it who wants the whole process to stay within {@code mostMegabytes}. */
    private static final String MAX_HEAP = "192m";

    private static final double MEGABYTE = 1e6;

    @Override
    public List<String> rows() {
        return List.of(name);
    }

    @Override
    public List<RowResult> run(Plan plan) {
        try (Resources resources = new Resources()) {
            Map<String, Double> figures = RowResult.withoutRate();
            weigh(new SommelierSide(), "", plan, resources, figures);
            weigh(new RelaySide(), "baseline_", plan, resources, figures);
            double resident = figures.get("resident_mb");
            Verdict verdict = new Verdict("resident <= " + mostMegabytes + " MB", resident, resident <= mostMegabytes);
            return List.of(new RowResult(name, 0, 0, figures, "", List.of(verdict)));
        }
    }

    private void weigh(Side side, String prefix, Plan plan, Resources resources, Map<String, Double> figures) {
        Middle middle = side.middle(MAX_HEAP, plan, resources);
        Memory before = middle.memory();
        side.crowd(middle, 1, true, resources).ask("open " + connectors);
        Pause.millis(STAY_MILLIS);
        Memory after = middle.memory();
        figures.put(prefix + "resident_mb", after.residentBytes() / MEGABYTE);
        figures.put(prefix + "grown_mb", (after.residentBytes() - before.residentBytes()) / MEGABYTE);
        figures.put(prefix + "heap_mb", after.heapBytes() / MEGABYTE);
        figures.put(prefix + "direct_mb", after.directBytes() / MEGABYTE);
    }
}
