package io.sommelier.bench.rows;

import io.sommelier.bench.stats.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A measured row. Immutable.
 *
 * @param row its name
 * @param inFlight commands under way at once; 0 where that does not apply
 * @param payloadBytes of a command and its reply, or of each part
 * @param figures every figure by its name in the report; NaN where it is not known
 * @param unsteady why the figures are not to be trusted, or empty
 * @param verdicts its aims
 */
public record RowResult(
        String row,
        int inFlight,
        int payloadBytes,
        Map<String, Double> figures,
        String unsteady,
        List<Verdict> verdicts) {

    /** Rounds that lie farther apart than this, as a fraction of the median, make a row unsteady. */
    static final double MOST_SPREAD = 0.2;

    /** Keeps the order of the figures. */
    public RowResult {
        figures = new LinkedHashMap<>(figures);
        verdicts = List.copyOf(verdicts);
    }

    static RowResult of(Row row, Rounds rounds, List<Verdict> verdicts) {
        Sample ours = Sample.medianOf(rounds.ours());
        Sample baseline = Sample.medianOf(rounds.baseline());
        Map<String, Double> figures = new LinkedHashMap<>();
        put(figures, "", ours);
        put(figures, "baseline_", baseline);
        figures.put("ratio_rate", rounds.ratio(Sample::rate));
        figures.put("ratio_p50", rounds.ratio(Sample::p50Micros));
        if (row.isStream()) {
            figures.put("mb_per_s", ours.rate() * row.payloadBytes() / 1e6);
            figures.put("baseline_mb_per_s", baseline.rate() * row.payloadBytes() / 1e6);
        }
        double spread = Sample.spreadOfRates(rounds.ours());
        double baselineSpread = Sample.spreadOfRates(rounds.baseline());
        figures.put("spread", spread);
        figures.put("baseline_spread", baselineSpread);
        figures.put("rounds", (double) rounds.ours().size());
        return new RowResult(
                row.name(), row.inFlight(), row.payloadBytes(), figures, unsteady(spread, baselineSpread), verdicts);
    }

    /** The figures that every row has, for one in which nothing is sent at a rate: none of them is known. */
    static Map<String, Double> withoutRate() {
        Map<String, Double> figures = new LinkedHashMap<>();
        for (String figure : List.of("rate", "p50_us", "p99_us", "p999_us", "cpu_us", "alloc_bytes")) {
            figures.put(figure, Double.NaN);
            figures.put("baseline_" + figure, Double.NaN);
        }
        return figures;
    }

    private static void put(Map<String, Double> figures, String prefix, Sample sample) {
        figures.put(prefix + "rate", sample.rate());
        figures.put(prefix + "p50_us", sample.p50Micros());
        figures.put(prefix + "p99_us", sample.p99Micros());
        figures.put(prefix + "p999_us", sample.p999Micros());
        figures.put(prefix + "cpu_us", sample.cpuMicros());
        figures.put(prefix + "alloc_bytes", sample.allocatedBytes());
        figures.put(prefix + "middle_cpu_us", sample.middleCpuMicros());
        figures.put(prefix + "middle_alloc_bytes", sample.middleAllocatedBytes());
    }

    private static String unsteady(double spread, double baselineSpread) {
        if (Math.max(spread, baselineSpread) <= MOST_SPREAD) {
            return "";
        }
        return String.format(
                "rates of the rounds lie %.0f %% (ours) and %.0f %% (baseline) apart",
                spread * 100, baselineSpread * 100);
    }

    /** A figure, or NaN. */
    double figure(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }
}
