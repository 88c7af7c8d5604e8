package io.sommelier.bench.party;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MeterTest {
    private final Meter meter = new Meter();

    @Test
    void aWindowHoldsWhatCameSinceTheOneBefore() {
        meter.answered(9_000_000);
        meter.next();
        meter.answered(1_000);
        meter.answered(1_000);

        Window window = meter.next();

        assertThat(window.count()).isEqualTo(2);
        assertThat((double) window.p999Nanos()).isCloseTo(1_000, within(10.0));
    }

    @Test
    void partsAreCountedApartFromLatencies() {
        meter.latency(1_000);
        meter.counted(100);

        assertThat(meter.next().count()).isEqualTo(100);
    }

    @Test
    void aFailedCommandSpoilsTheMeasurement() {
        meter.failed("UNKNOWN_TARGET");

        assertThatThrownBy(meter::next).hasMessageContaining("UNKNOWN_TARGET");
    }

    @Test
    void aWindowIsTheSameAfterItsWayThroughALine() {
        Window window = new Window(1, 2, 3, 4, 5);

        assertThat(Window.parse(window.toLine())).isEqualTo(window);
    }
}
