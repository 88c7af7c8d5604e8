package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.stats.Sample;
import org.junit.jupiter.api.Test;

/** The baselines of the rows over HTTP, in real processes, for a moment. */
class HttpBenchTest {
    private static final Plan BRIEF = Plan.standard().withWindow(2000);
    private static final LoadShape SHAPE = LoadShape.single(8, 256);

    @Test
    void aBareServerIsMeasuredWithoutAResponder() {
        try (Resources resources = new Resources()) {
            isMeasured(HttpSetting.echo(SHAPE, resources));
        }
    }

    @Test
    void plainCamelIsMeasuredWithAWorker() {
        try (Resources resources = new Resources()) {
            isMeasured(HttpSetting.camel(SHAPE, resources));
        }
    }

    private static void isMeasured(Subject subject) {
        Sample sample = new Gauge(BRIEF).measure(subject);

        assertThat(sample.rate()).isPositive();
        assertThat(sample.cpuMicros()).isGreaterThan(sample.middleCpuMicros());
        assertThat(sample.middleAllocatedBytes()).isPositive();
    }
}
