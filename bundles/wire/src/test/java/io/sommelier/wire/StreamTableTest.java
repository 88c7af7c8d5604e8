package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamTableTest {
    @Test
    void it_holds_what_a_map_holds_after_any_puts_and_removes() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            StreamTable<String> table = new StreamTable<>();
            Map<Integer, String> map = new HashMap<>();
            int spread = 1 << random.nextInt(20);
            for (int i = 0; i < 5000; i++) {
                int number = 1 + random.nextInt(400) * spread;
                if (map.containsKey(number)) {
                    table.remove(number);
                    map.remove(number);
                } else {
                    table.put(number, "s" + number);
                    map.put(number, "s" + number);
                }
                int other = 1 + random.nextInt(400) * spread;
                assertThat(table.get(other)).isEqualTo(map.get(other));
                assertThat(table.size()).isEqualTo(map.size());
            }
            assertThat(table.removeAll()).containsExactlyInAnyOrderElementsOf(map.values());
            assertThat(table.size()).isZero();
        }
    }

    @Test
    void it_grows_and_shrinks_and_takes_numbers_above_the_signed_range() {
        StreamTable<Integer> table = new StreamTable<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 100_000; i++) {
                table.put(-1 - i, i);
            }
            assertThat(table.get(-100_000)).isEqualTo(99_999);
            assertThat(table.get(5)).isNull();
            for (int i = 0; i < 100_000; i++) {
                table.remove(-1 - i);
            }
            assertThat(table.size()).isZero();
            assertThat(table.get(-1)).isNull();
        }
    }

    @Test
    void removing_what_is_not_there_changes_nothing() {
        StreamTable<String> table = new StreamTable<>();
        table.put(1, "one");

        table.remove(3);

        assertThat(table.size()).isEqualTo(1);
        assertThat(table.get(1)).isEqualTo("one");
    }
}
