package io.sommelier.bench.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadyRateTest {
    private final SteadyRate steady = new SteadyRate(3, 0.1);

    @Test
    void isNotSteadyBeforeEnoughWindowsWereSeen() {
        steady.add(100);

        assertThat(steady.add(100)).isFalse();
    }

    @Test
    void isSteadyWhenTheLastWindowsLieWithinTheTolerance() {
        steady.add(100);
        steady.add(104);

        assertThat(steady.add(109)).isTrue();
    }

    @Test
    void isNotSteadyWhileTheRateRises() {
        steady.add(100);
        steady.add(106);

        assertThat(steady.add(112)).isFalse();
    }

    @Test
    void forgetsTheColdWindowsAtTheBeginning() {
        steady.add(1);
        steady.add(50);
        steady.add(100);
        steady.add(101);

        assertThat(steady.add(102)).isTrue();
    }

    @Test
    void isUnsteadyAgainWhenTheRateBreaksDown() {
        steady.add(100);
        steady.add(100);
        steady.add(100);

        assertThat(steady.add(50)).isFalse();
    }
}
