package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSettingsTest {
    private static final String PID = "io.sommelier.cellar";

    @TempDir
    private Path data;

    private LiveSettings<Integer> bottles(Object value) {
        return new LiveSettings<>(PID, values(value), LiveSettingsTest::read, data);
    }

    private static Map<String, Object> values(Object bottles) {
        return Map.of("service.pid", PID, "bottles", bottles);
    }

    private static Integer read(Map<String, ?> values) {
        SettingsReader reader = new SettingsReader(PID, values);
        int bottles = reader.integer("bottles", 6, 1, 100);
        reader.check();
        return bottles;
    }

    @Test
    void aGoodChangeTakesEffect() {
        LiveSettings<Integer> settings = bottles("12");

        assertThat(settings.now()).isEqualTo(12);
        assertThat(settings.change(values("24"))).isTrue();
        assertThat(settings.now()).isEqualTo(24);
        assertThat(settings.isDegraded()).isFalse();
    }

    @Test
    void theSameSettingsAgainAreNoChange() {
        assertThat(bottles("12").change(values(" 12 "))).isFalse();
    }

    @Test
    void aBadChangeLeavesWhatIsInEffect() {
        LiveSettings<Integer> settings = bottles("12");

        assertThat(settings.change(values("0"))).isFalse();
        assertThat(settings.now()).isEqualTo(12);
        assertThat(settings.isDegraded()).isTrue();
        assertThat(settings.problem())
                .hasValueSatisfying(problem ->
                        assertThat(problem).contains("what was in effect stays").contains("bottles = 0"));

        settings.change(values("12"));
        assertThat(settings.isDegraded()).isFalse();
        assertThat(settings.problem()).isEmpty();
    }

    @Test
    void aStartWithBadSettingsTakesTheLastGoodOnes() {
        LiveSettings<Integer> before = bottles("12");
        before.change(values("24"));
        before.change(values("many"));

        LiveSettings<Integer> settings = bottles("many");

        assertThat(settings.now()).isEqualTo(24);
        assertThat(settings.isDegraded()).isTrue();
    }

    @Test
    void aStartWithBadSettingsAndNothingKeptTakesTheDefaults() {
        assertThat(bottles("many").now()).isEqualTo(6);
    }

    @Test
    void aStartWithBadSettingsAndAUselessKeptFileTakesTheDefaults() throws Exception {
        bottles("12");
        try (var files = Files.list(data.resolve("last-good"))) {
            Files.writeString(files.findFirst().orElseThrow(), "bottles = none\n");
        }

        assertThat(bottles("many").now()).isEqualTo(6);
    }

    @Test
    void nothingIsKeptWhereNobodySetAnything() {
        new LiveSettings<>(PID, Map.of("component.name", "x"), LiveSettingsTest::read, data);

        assertThat(data).isEmptyDirectory();
    }
}
