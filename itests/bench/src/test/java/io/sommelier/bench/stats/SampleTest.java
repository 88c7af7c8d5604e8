package io.sommelier.bench.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void theMedianIsTakenOfEachFigureByItself() {
        Sample median = Sample.medianOf(List.of(rateAndP50(10, 3), rateAndP50(30, 1), rateAndP50(20, 2)));

        assertThat(median.rate()).isEqualTo(20);
        assertThat(median.p50Micros()).isEqualTo(2);
    }

    @Test
    void theRatioIsThatOfTheRoundsNotThatOfTheMedians() {
        // In the second and third round the machine was slow: medians would give 50 / 100.
        List<Sample> ours = List.of(rateAndP50(100, 1), rateAndP50(50, 1), rateAndP50(50, 1));
        List<Sample> others = List.of(rateAndP50(100, 1), rateAndP50(50, 1), rateAndP50(100, 1));

        assertThat(Sample.medianRatio(ours, others, Sample::rate)).isEqualTo(1);
    }

    @Test
    void roundsOfUnequalNumberHaveNoRatio() {
        List<Sample> one = List.of(rateAndP50(1, 1));

        assertThatThrownBy(() -> Sample.medianRatio(one, List.of(), Sample::rate))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Sample rateAndP50(double rate, double p50Micros) {
        return new Sample(rate, p50Micros, 0, 0, 0, 0, Double.NaN, Double.NaN);
    }
}
