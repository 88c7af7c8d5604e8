package io.sommelier.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void withoutNamesEveryRowIsWanted() {
        assertThat(Options.of(List.of()).wants("tcp-64-256")).isTrue();
    }

    @Test
    void aRowIsWantedByWhatItsNameStartsWith() {
        Options options = Options.of(List.of("tcp-64,idle", "--rounds", "3", "--json", "out.json"));

        assertThat(options.wants("tcp-64-256")).isTrue();
        assertThat(options.wants("idle-10000")).isTrue();
        assertThat(options.wants("tcp-1-256")).isFalse();
        assertThat(options.plan().rounds()).isEqualTo(3);
        assertThat(options.json()).contains(Path.of("out.json"));
    }

    @Test
    void theAssemblyIsThatOfTheCommandLine() {
        assertThat(Options.of(List.of("--assembly", "other.tar.gz")).plan().assembly())
                .isEqualTo(Path.of("other.tar.gz"));
    }

    @Test
    void anUnknownOptionIsRefused() {
        assertThatThrownBy(() -> Options.of(List.of("--jsno", "x"))).hasMessage("there is no --jsno");
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertThatThrownBy(() -> Options.of(List.of("--json"))).hasMessage("--json needs a value");
    }

    @Test
    void roundsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Options.of(List.of("--rounds", "0")))
                .hasMessage("--rounds is '0', allowed are numbers from 1 to 1000");
    }
}
