package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.bench.stats.Sample;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AimTest {
    @Test
    void aRateThatReachesItsShareOfTheBaselineMeetsTheAim() {
        Verdict verdict = Aim.rateOfBaseline(0.7).judge(rounds(70, 1, 100, 1), Map.of());

        assertThat(verdict.met()).isTrue();
        assertThat(verdict.figure()).isEqualTo(0.7);
    }

    @Test
    void aLatencyAboveItsMultipleOfTheBaselineMissesTheAim() {
        Verdict verdict = Aim.p50OfBaseline(1.3).judge(rounds(1, 1.4, 1, 1), Map.of());

        assertThat(verdict.met()).isFalse();
    }

    @Test
    void aRowIsComparedWithAnotherRowOfItsScenario() {
        Rounds many = rounds(89, 1, 1, 1);
        Rounds one = rounds(100, 1, 1, 1);

        Verdict verdict = Aim.rateOfRow("channels-1", 0.9).judge(many, Map.of("channels-1", one));

        assertThat(verdict.met()).isFalse();
        assertThat(verdict.figure()).isEqualTo(0.89);
    }

    @Test
    void aFigureThatIsNotKnownMeetsNoAim() {
        Verdict verdict = Aim.atMost("x", Sample::middleCpuMicros, 5).judge(rounds(1, 1, 1, 1), Map.of());

        assertThat(verdict.met()).isFalse();
    }

    private static Rounds rounds(double rate, double p50, double baselineRate, double baselineP50) {
        Rounds rounds = new Rounds();
        rounds.add(sample(rate, p50), sample(baselineRate, baselineP50));
        return rounds;
    }

    private static Sample sample(double rate, double p50) {
        return new Sample(rate, p50, 1, 1, 1, 1, Double.NaN, Double.NaN);
    }
}
