package io.sommelier.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
    private static final long STEP = 50;

    private final DeadlineWheel wheel = new DeadlineWheel(STEP, -1000);
    private final List<SentCommand> woken = new ArrayList<>();

    private static SentCommand call() {
        return new SentCommand(null, Command.to("cellar", "pour").build(), 0);
    }

    @Test
    void aCallIsWokenOnceItsTimeIsOverAndNeverBefore() {
        SentCommand call = call();
        wheel.add(call, 120);

        wheel.advance(119, woken::add);
        assertThat(woken).isEmpty();
        wheel.advance(120 + STEP, woken::add);
        assertThat(woken).containsExactly(call);
        wheel.advance(100_000, woken::add);
        assertThat(woken).hasSize(1);
    }

    @Test
    void aCallFurtherAwayThanTheWheelIsLargeIsWokenInItsTurn() {
        SentCommand call = call();
        wheel.add(call, 1_000_000);

        for (long now = 0; now < 1_000_000; now += STEP) {
            wheel.advance(now, woken::add);
        }
        assertThat(woken).isEmpty();
        wheel.advance(1_000_000 + STEP, woken::add);
        assertThat(woken).containsExactly(call);
    }

    @Test
    void aLeapOfTheClockWakesAllThatIsDue() {
        List<SentCommand> calls = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            SentCommand call = call();
            calls.add(call);
            wheel.add(call, i * 37L);
        }

        wheel.advance(10_000_000, woken::add);

        assertThat(woken).containsExactlyInAnyOrderElementsOf(calls);
    }

    @Test
    void aCallThatWasTakenOutIsNotWoken() {
        SentCommand first = call();
        SentCommand second = call();
        SentCommand third = call();
        List.of(first, second, third).forEach(call -> wheel.add(call, 10));

        wheel.remove(second);
        wheel.remove(second);
        wheel.advance(1000, woken::add);

        assertThat(woken).containsExactlyInAnyOrder(first, third);
    }

    @Test
    void whoeverIsWokenMayAddAndRemove() {
        SentCommand first = call();
        SentCommand second = call();
        wheel.add(first, 10);
        wheel.add(second, 5000);

        wheel.advance(1000, call -> {
            woken.add(call);
            wheel.remove(second);
            wheel.add(call, 2000);
        });
        wheel.advance(9000, woken::add);

        assertThat(woken).containsExactly(first, first);
    }
}
