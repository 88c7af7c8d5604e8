package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BrokerClockTest {
    private static final long MILLI = 1_000_000;
    private final AtomicLong local = new AtomicLong(5_000 * MILLI);
    private final BrokerClock clock = new BrokerClock(local::get);

    @Test
    void tellsTheTimeSinceAStampHoweverFarTheClocksAreApart() {
        clock.echoed(5_000 * MILLI, 600_000, 5_002 * MILLI); // the broker said 600 s when here it was 5.001 s
        local.set(8_001 * MILLI);

        assertThat(clock.since(600_000)).isEqualTo(3_000 * MILLI);
        assertThat(clock.since(603_500)).isZero();
    }

    @Test
    void theErrorIsHalfTheRoundTripAndAStampAndGrowsWithTheDrift() {
        clock.echoed(5_000 * MILLI, 600_000, 5_010 * MILLI);
        local.set(5_010 * MILLI);
        assertThat(clock.errorNanos()).isEqualTo(5 * MILLI + MILLI / 2);

        local.set(15_010 * MILLI);
        assertThat(clock.errorNanos()).isEqualTo(5 * MILLI + MILLI / 2 + 2 * MILLI);
    }

    @Test
    void aWorseMeasurementIsNotTakenUntilTheBetterOneIsTooOld() {
        clock.echoed(5_000 * MILLI, 600_000, 5_000 * MILLI);
        clock.echoed(5_100 * MILLI, 600_105, 5_110 * MILLI);
        assertThat(clock.errorNanos()).isLessThan(MILLI);

        clock.echoed(65_000 * MILLI, 660_000, 65_010 * MILLI);
        local.set(65_010 * MILLI);
        assertThat(clock.errorNanos()).isEqualTo(5 * MILLI + MILLI / 2);
    }

    @Test
    void aBrokerWhoseClockWasSetIsBelievedAtOnce() {
        clock.echoed(5_000 * MILLI, 600_000, 5_000 * MILLI);
        clock.echoed(5_100 * MILLI, 0, 5_110 * MILLI);
        local.set(5_105 * MILLI);

        assertThat(clock.since(0)).isZero();
        local.set(6_105 * MILLI);
        assertThat(clock.since(0)).isEqualTo(1_000 * MILLI);
    }
}
