package io.sommelier.bench.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theMedianOfAnOddNumberOfValuesIsTheMiddleOne() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5.0);
    }

    @Test
    void theMedianOfAnEvenNumberOfValuesIsTheMeanOfTheTwoMiddleOnes() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 5.0, 4.0))).isEqualTo(4.5);
    }

    @Test
    void noValuesHaveNoMedian() {
        assertThatThrownBy(() -> Statistics.median(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFigureThatIsNotKnownInAnyRoundIsNotKnownInTheMedian() {
        assertThat(Statistics.median(List.of(Double.NaN, Double.NaN))).isNaN();
    }

    @Test
    void theSpreadIsTheDistanceOfTheExtremesAsAFractionOfTheMedian() {
        assertThat(Statistics.spread(List.of(90.0, 100.0, 120.0))).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void equalValuesHaveNoSpreadEvenWhenTheyAreZero() {
        assertThat(Statistics.spread(List.of(0.0, 0.0))).isZero();
    }
}
