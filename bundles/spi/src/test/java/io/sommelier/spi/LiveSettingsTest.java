package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    private Map<String, Object> readFrom(Path file, Object bottles) {
        return Map.of(
                "service.pid", PID, "felix.fileinstall.filename", file.toUri().toString(), "bottles", bottles);
    }

    private static Map<String, Object> readEmptyFrom(Path file) {
        return Map.of(
                "service.pid", PID, "felix.fileinstall.filename", file.toUri().toString());
    }

    @Test
    void whatWasReadOfAFileBeforeItWasWholeChangesNothing() throws Exception {
        Path file = data.resolve("cellar.cfg");
        LiveSettings<Integer> settings = bottles("12");
        Files.writeString(file, "# how many\nbottles = 24\n");

        assertThat(settings.change(readEmptyFrom(file))).isFalse();
        assertThat(settings.now()).isEqualTo(12);
        assertThat(settings.isDegraded()).isFalse();

        assertThat(settings.change(readFrom(file, "24"))).isTrue();
        assertThat(settings.now()).isEqualTo(24);
    }

    @Test
    @Timeout(30)
    void aFileThatIsStillBeingWrittenIsWaitedFor() throws Exception {
        Path file = data.resolve("cellar.cfg");
        LiveSettings<Integer> settings = bottles("12");
        Files.writeString(file, "# how many\n");
        CountDownLatch written = new CountDownLatch(3);
        Thread slow = new Thread(() -> {
            try {
                while (written.getCount() > 0) {
                    written.countDown();
                    Files.writeString(file, "# one line more\n", StandardOpenOption.APPEND);
                    LockSupport.parkNanos(50_000_000);
                }
                Files.writeString(file, "bottles = 24\n", StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        slow.start();
        written.await();

        assertThat(settings.change(readEmptyFrom(file))).isFalse();
        assertThat(settings.now()).isEqualTo(12);
        slow.join();
    }

    @Test
    void whoEmptiesAFileGetsTheDefaults() throws Exception {
        Path file = data.resolve("cellar.cfg");
        LiveSettings<Integer> settings = bottles("12");
        Files.writeString(file, "# bottles = 24\n");

        assertThat(settings.change(readEmptyFrom(file))).isTrue();
        assertThat(settings.now()).isEqualTo(6);
    }

    @Test
    void aFileThatIsGoneOrNamedInAWayThatNobodyKnowsIsNotAsked() {
        LiveSettings<Integer> settings = bottles("12");

        assertThat(settings.change(readFrom(data.resolve("gone.cfg"), "24"))).isTrue();
        assertThat(settings.change(Map.of("felix.fileinstall.filename", "file:%zz", "bottles", "36")))
                .isTrue();
        assertThat(settings.change(Map.of("felix.fileinstall.filename", "http://cellar/", "bottles", "48")))
                .isTrue();
        assertThat(settings.now()).isEqualTo(48);
    }

    @Test
    @Timeout(30)
    void aFileOfTomorrowIsNotWaitedForUntilTomorrow() throws Exception {
        Path file = data.resolve("cellar.cfg");
        LiveSettings<Integer> settings = bottles("12");
        Files.writeString(file, "bottles = 24\n");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(1, ChronoUnit.DAYS)));

        assertThat(settings.change(readFrom(file, "24"))).isTrue();
    }
}
