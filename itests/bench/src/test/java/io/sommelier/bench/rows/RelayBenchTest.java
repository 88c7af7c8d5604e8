package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.stats.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bench at work on its own baseline, in real processes, for a moment. */
class RelayBenchTest {
    private static final Plan BRIEF =
            Plan.standard().withRounds(1).withWindow(200).withWarmUp(200);

    @Test
    void aRowOfSingleAnswersHasAllFigures() {
        RowResult result = relayBesideRelay(LoadShape.single(4, 256));

        assertThat(result.figure("rate")).isPositive();
        assertThat(result.figure("p50_us")).isPositive();
        assertThat(result.figure("p999_us")).isGreaterThanOrEqualTo(result.figure("p50_us"));
        assertThat(result.figure("cpu_us")).isGreaterThan(result.figure("middle_cpu_us"));
        assertThat(result.figure("alloc_bytes")).isPositive();
        assertThat(result.figure("ratio_rate")).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Over.class,
            names = {"TLS", "WEBSOCKET"})
    void framesAreAnsweredWhateverCarriesThem(Over over) {
        try (Resources resources = new Resources()) {
            Subject subject = new RelaySide(over).open(LoadShape.single(8, 4096), BRIEF, resources);

            Sample sample = new Gauge(BRIEF).measure(subject);

            assertThat(sample.rate()).isPositive();
            assertThat(sample.p50Micros()).isPositive();
        }
    }

    @Test
    void aRowOfStreamsCountsParts() {
        RowResult result = relayBesideRelay(LoadShape.streams(2, 1024, 200));

        assertThat(result.figure("rate")).isPositive();
        assertThat(result.figure("mb_per_s")).isPositive();
    }

    @Test
    void commandsGoRoundACrowdThatComesAndGoes() {
        try (Resources resources = new Resources()) {
            Side relay = new RelaySide();
            Middle middle = relay.middle(Resources.MAX_HEAP, BRIEF, resources);
            PartyProcess crowd = relay.crowd(middle, 1, false, resources);
            PartyProcess requester =
                    relay.requester(middle, LoadShape.single(8, 64).among(50), resources);
            Subject subject = new Crowded(new Topology(middle, crowd, requester), crowd, 50);

            Sample first = new Gauge(BRIEF).measure(subject);
            Sample second = new Gauge(BRIEF).measure(subject);

            assertThat(List.of(first.rate(), second.rate())).allMatch(rate -> rate > 0);
        }
    }

    @Test
    void aPartyThatCannotBeMadeFailsWithItsReason() {
        try (Resources resources = new Resources()) {
            assertThatThrownBy(() -> resources.start("relay-responder", "--relay", "nowhere"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("HOST:PORT");
        }
    }

    private static RowResult relayBesideRelay(LoadShape shape) {
        RateScenario.Setting setting = (rows, plan, resources) -> List.of(new RateScenario.Pair(
                new RelaySide().open(shape, plan, resources), new RelaySide().open(shape, plan, resources)));
        Row row = new Row("relay", shape);
        return new RateScenario(List.of(row), setting).run(BRIEF).get(0);
    }
}
