package io.sommelier.bench.stats;

import java.util.Arrays;
import java.util.Collection;

/** Medians and spreads of a few figures. */
public final class Statistics {
    private Statistics() {}

    /**
     * The middle of the values: the mean of the two middle ones where their number is even.
     *
     * @throws IllegalArgumentException when there are none
     */
    public static double median(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("the median of no values");
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * How far the values lie apart: largest less smallest, as a fraction of the median; 0 for values that are all 0.
     *
     * @throws IllegalArgumentException when there are none
     */
    public static double spread(Collection<Double> values) {
        double median = median(values);
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return most == least ? 0 : (most - least) / Math.abs(median);
    }
}
