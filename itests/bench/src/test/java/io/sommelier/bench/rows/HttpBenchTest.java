package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.bench.party.LoadShape;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The baselines of the rows over HTTP, in real processes, for a moment. */
class HttpBenchTest {
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
        subject.start();
        await().atMost(Duration.ofSeconds(50)).until(() -> subject.window().count() > 0);
        subject.stop();

        assertThat(subject.usage().cpuNanos())
                .isGreaterThan(subject.middleUsage().cpuNanos());
        assertThat(subject.middleUsage().allocatedBytes()).isPositive();
    }
}
