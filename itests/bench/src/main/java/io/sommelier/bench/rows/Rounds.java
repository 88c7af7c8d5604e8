package io.sommelier.bench.rows;

import io.sommelier.bench.stats.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What both sides of a row did, round by round. Confined to one thread. */
final class Rounds {
    private final List<Sample> ours = new ArrayList<>();
    private final List<Sample> baseline = new ArrayList<>();

    /** Adds a round. */
    void add(Sample ofOurs, Sample ofBaseline) {
        ours.add(ofOurs);
        baseline.add(ofBaseline);
    }

    List<Sample> ours() {
        return ours;
    }

    List<Sample> baseline() {
        return baseline;
    }

    /** Ours divided by the baseline's, round by round, in the median. */
    double ratio(ToDoubleFunction<Sample> figure) {
        return Sample.medianRatio(ours, baseline, figure);
    }
}
