package io.sommelier.bench.rows;

import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;
import io.sommelier.bench.stats.Sample;
import io.sommelier.bench.stats.SteadyRate;

/** Puts a side under load and looks at it. */
final class Gauge {
    private static final long RAMP_MILLIS = 400;
    private static final long WARM_UP_WINDOW_MILLIS = 1000;
    private static final int AGREEING_WINDOWS = 4;
    private static final double TOLERANCE = 0.08;

    private final Plan plan;

    Gauge(Plan plan) {
        this.plan = plan;
    }

    /** Loads it until the rates of successive windows agree, or the limit is reached: {@code false} then. */
    boolean warmUp(Subject subject) {
        SteadyRate steady = new SteadyRate(AGREEING_WINDOWS, TOLERANCE);
        long windowMillis = Math.min(WARM_UP_WINDOW_MILLIS, plan.windowMillis());
        subject.start();
        subject.window();
        for (long spent = 0; spent < plan.warmUpMillis() && !steady.isSteady(); spent += windowMillis) {
            Pause.millis(windowMillis);
            steady.add(subject.window().rate());
        }
        subject.stop();
        return steady.isSteady();
    }

    /** Loads it for one window. */
    Sample measure(Subject subject) {
        subject.start();
        Pause.millis(RAMP_MILLIS);
        Usage usedBefore = subject.usage();
        Usage middleBefore = subject.middleUsage();
        subject.window();
        Pause.millis(plan.windowMillis());
        Window window = subject.window();
        Usage used = subject.usage().since(usedBefore);
        Usage middle = subject.middleUsage().since(middleBefore);
        subject.stop();
        if (window.count() == 0) {
            throw new IllegalStateException("nothing was answered in " + plan.windowMillis() + " ms");
        }
        double count = window.count();
        return new Sample(
                window.rate(),
                window.p50Nanos() / 1e3,
                window.p99Nanos() / 1e3,
                window.p999Nanos() / 1e3,
                used.cpuNanos() / 1e3 / count,
                used.allocatedBytes() / count,
                middle.cpuNanos() / 1e3 / count,
                middle.allocatedBytes() / count);
    }
}
