package io.sommelier.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.wire.Backoff;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DialPlanTest {
    private static final ControllerAddress FIRST = ControllerAddress.parse("first:1", false);
    private static final ControllerAddress SECOND = ControllerAddress.parse("second:2", false);

    private double random = 1;
    private final DialPlan plan = new DialPlan(
            List.of(FIRST, SECOND), new Backoff(Duration.ofMillis(100), Duration.ofMillis(300), () -> random));

    @Test
    void controllersAreTriedInOrderWithoutAWaitBetween() {
        assertThat(plan.controller()).isEqualTo(FIRST);

        assertThat(plan.failed()).isZero();

        assertThat(plan.controller()).isEqualTo(SECOND);
    }

    @Test
    void afterARoundTheWaitsGrowToTheirBound() {
        assertThat(round()).isEqualTo(100);
        assertThat(round()).isEqualTo(200);
        assertThat(round()).isEqualTo(300);
        assertThat(round()).isEqualTo(300);
        assertThat(plan.controller()).isEqualTo(FIRST);
    }

    @Test
    void aWaitIsSpreadOverItsUpperHalf() {
        random = 0;
        assertThat(round()).isEqualTo(50);
        random = 0.5;
        assertThat(round()).isEqualTo(150);
    }

    @Test
    void whoLosesAChannelMovesOnAndWaitsALittle() {
        assertThat(plan.lost(true)).isEqualTo(100);

        assertThat(plan.controller()).isEqualTo(SECOND);
    }

    @Test
    void aChannelThatHeldLetsTheWaitsBeginAnew() {
        round();
        round();

        assertThat(plan.lost(true)).isEqualTo(100);
    }

    @Test
    void aChannelThatWasLostAtOnceLetsTheWaitsGrow() {
        assertThat(plan.lost(false)).isEqualTo(100);
        assertThat(plan.lost(false)).isEqualTo(200);
        assertThat(plan.lost(false)).isEqualTo(300);
    }

    private long round() {
        plan.failed();
        return plan.failed();
    }
}
