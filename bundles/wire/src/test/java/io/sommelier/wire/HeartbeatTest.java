package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signs of life; the clock is stepped. */
class HeartbeatTest {
    private static final Duration QUARTER = Duration.ofMillis(2500);

    @Test
    void two_ends_that_hear_of_each_other_stay_for_hours() {
        Pair pair = Pair.active();

        for (int i = 0; i < 4 * 720; i++) {
            pair.pass(QUARTER);
            pair.connector.link.tick();
            pair.controller.link.tick();
            pair.exchange();
        }

        assertThat(pair.connector.handler.events).isEmpty();
        assertThat(pair.controller.handler.events).isEmpty();
        pair.assertNothingLeaks();
    }

    @Test
    void each_end_pings_once_a_period_and_hands_it_over_at_once() {
        End end = End.activeController();

        List<Integer> bytes = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            end.pass(QUARTER);
            end.receive(Vector.named("pong").bytes());
            end.link.tick();
            bytes.add(end.takeHandedOver().length);
        }

        assertThat(bytes).containsExactly(0, 0, 0, 18, 0, 0, 0, 18, 0);
    }

    @Test
    void a_peer_that_is_silent_for_two_periods_is_dead() {
        End end = End.activeController();

        end.pass(Duration.ofMillis(19_999));
        end.link.tick();
        assertThat(end.handler.events).isEmpty();
        end.pass(Duration.ofMillis(1));
        end.link.tick();

        assertThat(end.handler.events).containsExactly("closed HEARTBEAT_TIMEOUT come back true");
        assertThat(end.socketClosed).isTrue();
    }

    @Test
    void any_byte_is_a_sign_of_life() {
        End end = End.activeController();
        end.pass(Duration.ofMillis(19_999));
        end.receive(new byte[] {0});
        end.pass(Duration.ofMillis(19_999));
        end.link.tick();

        assertThat(end.handler.events).isEmpty();
        end.link.socketClosed();
        end.allocator.assertAllReleased();
    }

    @Test
    void ends_with_different_periods_stay_together() {
        LinkSettings quick =
                new LinkSettings(65_536, 1 << 20, 8192, 100, 1 << 20, Duration.ofSeconds(5), Duration.ofMillis(100));
        Pair pair = Pair.active(quick, LinkSettings.defaults());

        for (int i = 0; i < 1000; i++) {
            pair.pass(Duration.ofMillis(25));
            pair.connector.link.tick();
            if (i % 100 == 99) {
                pair.controller.link.tick();
            }
            pair.exchange();
        }

        assertThat(pair.connector.handler.events).isEmpty();
        assertThat(pair.controller.handler.events).isEmpty();
    }

    @Test
    void a_probe_runs_when_its_own_answer_comes_and_not_before() {
        Pair pair = Pair.active();
        List<String> pongs = new ArrayList<>();
        pair.controller.link.probe(() -> pongs.add("first"));
        byte[] ping = pair.controller.takeWritten();
        pair.controller.link.probe(() -> pongs.add("second"));

        pair.controller.receiveFrame("05 00 00000000 0000000000000000");
        pair.controller.receiveFrame("05 00 00000000 ffffffffffffffff");
        pair.controller.receiveFrame("05 00 00000000 7fffffffffffffff");
        assertThat(pongs).isEmpty();
        pair.connector.receive(ping);
        pair.controller.receive(pair.connector.takeWritten());
        assertThat(pongs).containsExactly("first");
        pair.exchange();

        assertThat(pongs).containsExactly("first", "second");
    }

    @Test
    void at_most_16_probes_wait_for_an_answer() {
        Pair pair = Pair.active();
        List<Integer> pongs = new ArrayList<>();

        for (int i = 0; i < 20; i++) {
            int number = i;
            pair.controller.link.probe(() -> pongs.add(number));
        }
        assertThat(SplitMessagesTest.frames(pair.controller.takeWritten())).hasSize(16);
        pair.controller.receiveFrame("05 00 00000000" + Hex.u64(16));

        assertThat(pongs).hasSize(16);
    }

    @Test
    void a_probe_that_probes_again_is_answered_again() {
        Pair pair = Pair.active();
        List<String> pongs = new ArrayList<>();
        pair.controller.link.probe(() -> {
            pongs.add("first");
            pair.controller.link.probe(() -> pongs.add("second"));
        });

        pair.exchange();

        assertThat(pongs).containsExactly("first", "second");
    }

    @Test
    void a_probe_on_a_link_that_is_not_active_never_runs() {
        Pair pair = Pair.asked(End.HELLO);
        List<String> pongs = new ArrayList<>();

        pair.controller.link.probe(() -> pongs.add("early"));
        pair.controller.link.welcome(End.WELCOME);
        pair.controller.link.probe(() -> pongs.add("unanswered"));
        pair.controller.link.socketClosed();
        pair.controller.link.probe(() -> pongs.add("late"));
        pair.exchange();

        assertThat(pongs).isEmpty();
    }
}
