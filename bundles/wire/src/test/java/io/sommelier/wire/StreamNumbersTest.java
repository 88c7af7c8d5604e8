package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamNumbersTest {
    private final StreamTable<String> live = new StreamTable<>();

    @Test
    void a_connector_counts_odd_and_a_controller_even() {
        StreamNumbers connector = new StreamNumbers(true);
        StreamNumbers controller = new StreamNumbers(false);

        assertThat(new int[] {connector.take(live), connector.take(live), connector.take(live)})
                .containsExactly(1, 3, 5);
        assertThat(new int[] {controller.take(live), controller.take(live), controller.take(live)})
                .containsExactly(2, 4, 6);
    }

    @Test
    void numbers_go_around_and_skip_those_in_use() {
        live.put(1, "old");
        live.put(3, "old");
        StreamNumbers connector = new StreamNumbers(true, 0xffff_fffd);
        assertThat(new int[] {connector.take(live), connector.take(live), connector.take(live)})
                .containsExactly(0xffff_fffd, 0xffff_ffff, 5);

        live.put(2, "old");
        StreamNumbers controller = new StreamNumbers(false, 0xffff_fffe);
        assertThat(new int[] {controller.take(live), controller.take(live)}).containsExactly(0xffff_fffe, 4);
    }

    @Test
    void a_number_was_given_when_it_is_below_the_next_or_numbers_went_around() {
        StreamNumbers numbers = new StreamNumbers(true);
        numbers.take(live);
        assertThat(numbers.wasGiven(1)).isTrue();
        assertThat(numbers.wasGiven(3)).isFalse();
        assertThat(numbers.wasGiven(0xffff_ffff)).isFalse();

        StreamNumbers around = new StreamNumbers(true, 0xffff_ffff);
        assertThat(around.wasGiven(0xffff_fffd)).isTrue();
        assertThat(around.wasGiven(0xffff_ffff)).isFalse();
        around.take(live);
        assertThat(around.wasGiven(0xffff_ffff)).isTrue();
    }
}
