package io.sommelier.bench.stats;

import java.util.ArrayDeque;
import java.util.Deque;

/** Tells when a warm-up is over: the rates of the last few windows lie close together. Not thread-safe. */
public final class SteadyRate {
    private final int windows;
    private final double tolerance;
    private final Deque<Double> last = new ArrayDeque<>();

    /**
     * Has seen no window yet.
     *
     * @param windows how many successive windows must agree, 2 or more
     * @param tolerance how far they may lie apart, as a fraction of their median
     */
    public SteadyRate(int windows, double tolerance) {
        if (windows < 2) {
            throw new IllegalArgumentException("windows is " + windows + ", allowed are 2 and more");
        }
        this.windows = windows;
        this.tolerance = tolerance;
    }

    /** Takes the rate of the next window; the answer is {@link #isSteady}. */
    public boolean add(double rate) {
        last.addLast(rate);
        if (last.size() > windows) {
            last.removeFirst();
        }
        return isSteady();
    }

    /** Whether enough windows were seen, and the last ones agree. */
    public boolean isSteady() {
        return last.size() == windows && Statistics.spread(last) <= tolerance;
    }
}
