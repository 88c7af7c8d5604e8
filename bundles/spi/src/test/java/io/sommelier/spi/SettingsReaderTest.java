package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private static SettingsReader reader(Map<String, ?> values) {
        return new SettingsReader("io.sommelier.cellar", values);
    }

    @Test
    void keyThatIsNotThereGivesItsDefault() {
        SettingsReader reader = reader(Map.of());

        assertThat(reader.integer("port", 7007, 0, 65535)).isEqualTo(7007);
        assertThat(reader.number("bytes", 5L << 40, 0, 6L << 40)).isEqualTo(5L << 40);
        assertThat(reader.duration("limit", Duration.ofSeconds(5), Duration.ZERO, Duration.ofHours(1)))
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(reader.flag("open", true)).isTrue();
        assertThat(reader.text("host", "localhost")).isEqualTo("localhost");
        assertThat(reader.choice("mode", "off", Set.of("off", "on"))).isEqualTo("off");
        assertThatCode(reader::check).doesNotThrowAnyException();
    }

    @Test
    void valuesMayBeOfTheirOwnTypeOrText() {
        SettingsReader reader = reader(Map.of("a", 5, "b", " 5 ", "c", 5L, "d", true, "e", "false"));

        assertThat(reader.integer("a", 0, 0, 9)).isEqualTo(5);
        assertThat(reader.integer("b", 0, 0, 9)).isEqualTo(5);
        assertThat(reader.number("c", 0, 0, 9)).isEqualTo(5);
        assertThat(reader.flag("d", false)).isTrue();
        assertThat(reader.flag("e", true)).isFalse();
        assertThatCode(reader::check).doesNotThrowAnyException();
    }

    @Test
    void boundsThemselvesAreAllowed() {
        SettingsReader reader = reader(Map.of("a", "1", "b", "9", "c", "1s", "d", "1m"));

        assertThat(reader.integer("a", 5, 1, 9)).isEqualTo(1);
        assertThat(reader.integer("b", 5, 1, 9)).isEqualTo(9);
        assertThat(reader.duration("c", Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(reader.duration("d", Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(1)))
                .isEqualTo(Duration.ofMinutes(1));
        assertThatCode(reader::check).doesNotThrowAnyException();
    }

    @Test
    void everyViolationIsNamedWithKeyValueAndWhatIsAllowed() {
        SettingsReader reader = reader(Map.of(
                "port", "70000",
                "bytes", "many",
                "limit", "2h",
                "open", "yes",
                "mode", "maybe"));
        reader.integer("port", 7007, 0, 65535);
        reader.number("bytes", 1, 1, 1L << 40);
        reader.duration("limit", Duration.ofSeconds(5), Duration.ofMillis(250), Duration.ofMinutes(1));
        reader.flag("open", true);
        reader.choice("mode", "off", Set.of("on", "off"));
        reader.violation("least is above most");

        assertThatThrownBy(reader::check)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("io.sommelier.cellar: port = 70000 (allowed: 0 to 65535)"
                        + "; bytes = many (allowed: 1 to 1099511627776)"
                        + "; limit = 2h (allowed: 250ms to 60s, as 250ms, 5s, 2m or 1h)"
                        + "; open = yes (allowed: true or false)"
                        + "; mode = maybe (allowed: one of [off, on])"
                        + "; least is above most");
    }

    @Test
    void valueOutOfBoundsGivesTheDefaultUntilTheCheck() {
        SettingsReader reader = reader(Map.of("port", "-1"));

        assertThat(reader.integer("port", 7007, 0, 65535)).isEqualTo(7007);
        assertThatThrownBy(reader::check).hasMessageContaining("port = -1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.5", "0x10", "99999999999999999999", "1 000"})
    void textThatIsNoWholeNumberIsAViolation(String text) {
        SettingsReader reader = reader(Map.of("port", text));

        reader.integer("port", 7007, 0, 65535);

        assertThatThrownBy(reader::check).hasMessage("io.sommelier.cellar: port = " + text + " (allowed: 0 to 65535)");
    }

    @Test
    void numberBeyondAnIntIsNotCutIntoItsRange() {
        SettingsReader reader = reader(Map.of("port", 1L << 32 | 80));

        assertThat(reader.integer("port", 7007, 0, 65535)).isEqualTo(7007);
        assertThatThrownBy(reader::check).hasMessageContaining("port = 4294967376 (allowed: 0 to 65535)");
    }

    @ParameterizedTest
    @CsvSource({
        "250ms, PT0.25S",
        "5s, PT5S",
        "2m, PT2M",
        "1h, PT1H",
        "0s, PT0S",
        "90 s, PT1M30S",
        "999999999999h, PT999999999999H"
    })
    void timesAreReadWithTheirUnit(String text, Duration expected) {
        assertThat(SettingsReader.parseDuration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5S", "5d", "PT5S", "5ss", "1234567890123s"})
    void textThatIsNoTimeIsRefusedWithWhatIsAllowed(String text) {
        assertThatThrownBy(() -> SettingsReader.parseDuration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no time, allowed are 250ms, 5s, 2m or 1h");
    }

    @Test
    void timeWithoutUnitIsAViolationThatSaysHowToWriteIt() {
        SettingsReader reader = reader(Map.of("limit", 5));

        reader.duration("limit", Duration.ofSeconds(1), Duration.ofMillis(1500), Duration.ofHours(1));

        assertThatThrownBy(reader::check)
                .hasMessage("io.sommelier.cellar: limit = 5 (allowed: 1500ms to 3600s, as 250ms, 5s, 2m or 1h)");
    }

    @Test
    void textIsTrimmedAndMayBeEmpty() {
        SettingsReader reader = reader(Map.of("host", "  localhost ", "none", ""));

        assertThat(reader.text("host", "")).isEqualTo("localhost");
        assertThat(reader.text("none", "default")).isEmpty();
        assertThatCode(reader::check).doesNotThrowAnyException();
    }
}
