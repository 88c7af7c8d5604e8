package io.sommelier.bench.rows;

import io.sommelier.bench.stats.Sample;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a row should reach. Immutable.
 *
 * @param text for a person
 * @param figure the figure that decides, from the rounds of this row and, by name, those of its scenario
 * @param limit what the figure may be
 * @param atMost whether the limit is an upper one
 */
record Aim(String text, Figure figure, double limit, boolean atMost) {
    /** Reads one figure. */
    @FunctionalInterface
    interface Figure {
        double of(Rounds row, Map<String, Rounds> scenario);
    }

    /** At least so many times the baseline's rate. */
    static Aim rateOfBaseline(double least) {
        return new Aim("rate >= " + least + " x baseline", (row, scenario) -> row.ratio(Sample::rate), least, false);
    }

    /** At most so many times the baseline's median latency. */
    static Aim p50OfBaseline(double most) {
        return new Aim("p50 <= " + most + " x baseline", (row, scenario) -> row.ratio(Sample::p50Micros), most, true);
    }

    /** At most so many times the baseline's time for each command, which is the other side of the rate. */
    static Aim timeOfBaseline(double most) {
        return new Aim(
                "time per command <= " + most + " x baseline",
                (row, scenario) -> 1 / row.ratio(Sample::rate),
                most,
                true);
    }

    /** A figure of our own, in the median, of at most so much. */
    static Aim atMost(String what, ToDoubleFunction<Sample> figure, double most) {
        return new Aim(what, (row, scenario) -> Sample.median(row.ours(), figure), most, true);
    }

    /** At least so many times the rate of another row of ours. */
    static Aim rateOfRow(String other, double least) {
        return new Aim(
                "rate >= " + least + " x " + other,
                (row, scenario) ->
                        Sample.medianRatio(row.ours(), scenario.get(other).ours(), Sample::rate),
                least,
                false);
    }

    /** Judges. A figure that is not known misses no aim, and meets none: the caller leaves such aims out. */
    Verdict judge(Rounds row, Map<String, Rounds> scenario) {
        double reached = figure.of(row, scenario);
        return new Verdict(text, reached, atMost ? reached <= limit : reached >= limit);
    }
}
