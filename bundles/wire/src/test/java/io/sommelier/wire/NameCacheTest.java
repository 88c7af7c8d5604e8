package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Target;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NameCacheTest {
    private final NameCache cache = new NameCache();

    @Test
    void the_same_bytes_give_the_same_string() {
        String first = text("invoice.create");

        assertThat(text("invoice.create")).isSameAs(first).isEqualTo("invoice.create");
    }

    @Test
    void thousands_of_names_share_the_cache_and_none_is_mistaken_for_another() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5000; i++) {
                String name = "name".repeat(i % 60) + i + "/end";
                assertThat(text(name)).isEqualTo(name);
            }
        }
    }

    @Test
    void names_that_differ_in_the_middle_alone_are_told_apart() {
        assertThat(text("abcdefgh-1-abcdefgh")).isEqualTo("abcdefgh-1-abcdefgh");
        assertThat(text("abcdefgh-2-abcdefgh")).isEqualTo("abcdefgh-2-abcdefgh");
        assertThat(text("")).isEmpty();
        assertThat(text("x".repeat(4000))).hasSize(4000);
    }

    @Test
    void the_same_target_is_the_same_object_and_a_bad_one_is_refused() {
        Target target = cache.target("tgt", "a");

        assertThat(cache.target("tgt", "a")).isSameAs(target);
        assertThat(cache.target("tgt", "")).isEqualTo(Target.of("tgt"));
        assertThatThrownBy(() -> cache.target("t t", "")).isInstanceOf(IllegalArgumentException.class);
    }

    private String text(String name) {
        byte[] bytes = ("--" + name + "--").getBytes(StandardCharsets.US_ASCII);
        return cache.text(bytes, 2, bytes.length - 4);
    }
}
