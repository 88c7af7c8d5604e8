package io.sommelier.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    private static Arguments parse(String... arguments) {
        return Arguments.parse(arguments, Set.of("--ttl", "--header"), Set.of("--stream"));
    }

    @Test
    void optionsStandAnywhere() {
        Arguments given = parse("--stream", "cellar", "--header", "a=1", "pour", "--header=b=2", "-");

        assertThat(given.has("--stream")).isTrue();
        assertThat(given.options("--header")).containsExactly("a=1", "b=2");
        assertThat(given.positional(0, "TARGET")).isEqualTo("cellar");
        assertThat(given.positional(1, "OPERATION")).isEqualTo("pour");
        assertThat(given.optionalPositional(2)).contains("-");
        assertThat(given.optionalPositional(3)).isEmpty();
    }

    @Test
    void behindTwoDashesNothingIsAnOption() {
        assertThat(parse("--", "--stream").positional(0, "TARGET")).isEqualTo("--stream");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatThrownBy(() -> parse("--nope")).hasMessage("there is no option --nope");
        assertThatThrownBy(() -> parse("--ttl")).hasMessage("--ttl needs a value");
        assertThatThrownBy(() -> parse("--ttl", "1s", "--ttl", "2s").option("--ttl"))
                .hasMessage("--ttl is given 2 times, allowed is once");
        assertThatThrownBy(() -> parse().positional(0, "TARGET")).hasMessage("TARGET is missing");
        assertThatThrownBy(() -> parse("a", "b").noMoreThan(1)).hasMessage("'b' is one argument too many");
    }

    @Test
    void timesHaveAUnit() {
        assertThat(Arguments.duration("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(Arguments.duration("5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(Arguments.duration("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThat(Arguments.duration("1h")).isEqualTo(Duration.ofHours(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5 s", "-5s", "5d", "1234567890123s"})
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> Arguments.duration(text)).hasMessageContaining("allowed are 250ms, 5s, 2m or 1h");
    }
}
