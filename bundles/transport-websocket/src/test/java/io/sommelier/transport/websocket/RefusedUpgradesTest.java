package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.testkit.FakeClock;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RefusedUpgradesTest {
    private final FakeClock clock = new FakeClock();
    private final RefusedUpgrades refused = new RefusedUpgrades(clock);

    private boolean isTold() {
        return refused.add(new InetSocketAddress("127.0.0.1", 1), "400 of\r\nlines");
    }

    @Test
    void theFirstIsToldAndThenAtMostOneAMinute() {
        assertThat(isTold()).isTrue();
        for (int i = 0; i < 1000; i++) {
            assertThat(isTold()).isFalse();
        }
        clock.advance(Duration.ofSeconds(59));
        assertThat(isTold()).isFalse();

        clock.advance(Duration.ofSeconds(1));

        assertThat(isTold()).isTrue();
        assertThat(isTold()).isFalse();
        assertThat(refused.total()).isEqualTo(1004);
    }
}
