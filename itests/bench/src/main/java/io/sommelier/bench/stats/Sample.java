package io.sommelier.bench.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one side of a row did in one round, or in the median over its rounds. A figure that does not apply is NaN.
 * Immutable.
 *
 * @param rate commands (for streams: parts) per second
 * @param p50Micros the latency that half of the commands stay below
 * @param p99Micros the same for 99 of 100
 * @param p999Micros the same for 999 of 1000
 * @param cpuMicros processor time for each command, of all processes
 * @param allocatedBytes bytes allocated for each command, by all processes
 * @param middleCpuMicros the share of the process in the middle, controller or relay
 * @param middleAllocatedBytes the share of the process in the middle
 */
public record Sample(
        double rate,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double cpuMicros,
        double allocatedBytes,
        double middleCpuMicros,
        double middleAllocatedBytes) {

    /**
     * The median of each figure by itself.
     *
     * @throws IllegalArgumentException when there are no rounds
     */
    public static Sample medianOf(List<Sample> rounds) {
        return new Sample(
                median(rounds, Sample::rate),
                median(rounds, Sample::p50Micros),
                median(rounds, Sample::p99Micros),
                median(rounds, Sample::p999Micros),
                median(rounds, Sample::cpuMicros),
                median(rounds, Sample::allocatedBytes),
                median(rounds, Sample::middleCpuMicros),
                median(rounds, Sample::middleAllocatedBytes));
    }

    /** The median of one figure over the rounds. */
    public static double median(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
        return Statistics.median(values(rounds, figure));
    }

    /** How far the rates of the rounds lie apart, as {@link Statistics#spread} says. */
    public static double spreadOfRates(List<Sample> rounds) {
        return Statistics.spread(values(rounds, Sample::rate));
    }

    /**
     * The median over the rounds of one figure of {@code ours} divided by that of {@code others} in the same round:
     * neighbours in time are compared, so what slows the machine for a while weighs little.
     *
     * @throws IllegalArgumentException when the two have not the same number of rounds, or none
     */
    public static double medianRatio(List<Sample> ours, List<Sample> others, ToDoubleFunction<Sample> figure) {
        if (ours.size() != others.size()) {
            throw new IllegalArgumentException(ours.size() + " rounds beside " + others.size());
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(others.get(i)));
        }
        return Statistics.median(ratios);
    }

    private static List<Double> values(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
        List<Double> values = new ArrayList<>();
        rounds.forEach(round -> values.add(figure.applyAsDouble(round)));
        return values;
    }
}
