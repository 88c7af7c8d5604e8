package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which routes are said to block. */
@Timeout(10)
class LoopHoldsTest {
    private final LoopHolds holds = new LoopHolds();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos(); // a clock that goes through its end

    /** One request after the others. */
    private boolean hold(int millis) {
        long start = now;
        now += Duration.ofMillis(millis).toNanos();
        return holds.blocks(start, now);
    }

    @Test
    void aStepThatBlocksAtEachRequestIsNamedAtTheTenthAndOnlyOnce() {
        hold(1);
        for (int i = 1; i < 10; i++) {
            assertThat(hold(12)).as("request %s", i).isFalse();
        }

        assertThat(hold(12)).isTrue();

        for (int i = 0; i < 100; i++) {
            assertThat(hold(5000)).isFalse();
        }
    }

    @Test
    void aStepThatBlocksMoreOftenThanNotIsNamedInTheEnd() {
        hold(1);
        int named = 0;
        for (int i = 0; i < 100; i++) {
            named += hold(i % 3 == 0 ? 1 : 12) ? 1 : 0;
        }

        assertThat(named).isEqualTo(1);
    }

    @Test
    void delaysHereAndThereAreNotNamed() {
        hold(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(hold(i % 2 == 0 ? 200 : 1)).as("request %s", i).isFalse();
        }
    }

    @Test
    void aSlowBeginningIsForgotten() {
        for (int i = 0; i < 10; i++) {
            assertThat(hold(500)).isFalse();
        }
        for (int i = 0; i < 10; i++) {
            hold(1);
        }

        for (int i = 1; i < 10; i++) {
            assertThat(hold(12)).isFalse();
        }
        assertThat(hold(12)).isTrue();
    }

    @Test
    void oneThatHeldItForASecondIsNamedAtOnce() {
        hold(1);

        assertThat(hold(1000)).isTrue();
    }

    @Test
    void theFirstRequestAndThoseThatBeganBesideItAreNotJudged() {
        long first = Duration.ofSeconds(3).toNanos();
        assertThat(holds.blocks(now, now + first)).isFalse();
        assertThat(holds.blocks(now + first - 1, now + 2 * first)).isFalse();

        assertThat(holds.blocks(now + first, now + 2 * first)).isTrue();
    }
}
