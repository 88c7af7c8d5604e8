package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class LauncherPatienceTest {
    private static LauncherPatience karaf(String timeoutMillis) {
        return LauncherPatience.of(Map.of("karaf.home", "/opt/karaf", LauncherPatience.PROPERTY, timeoutMillis)::get);
    }

    @Test
    void whereKarafWaitsForFiveMinutesWhatStopsBehindTheDrainHasThirtySeconds() {
        LauncherPatience patience = LauncherPatience.of(Map.of("karaf.home", "/opt/karaf")::get);

        assertThat(patience.limit()).isEqualTo(Duration.ofSeconds(270));
        assertThat(patience.atMost(Duration.ofSeconds(5))).isEqualTo(Duration.ofSeconds(5));
        assertThat(patience.atMost(Duration.ofMinutes(10))).isEqualTo(Duration.ofSeconds(270));
        assertThat(patience.suffices(Duration.ofMinutes(10))).isFalse();
    }

    @Test
    void ofAShortTimeTheDrainHasHalf() {
        assertThat(karaf("20000").limit()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void whereItWaitsForEverOrIsNotKarafADrainTakesAsLongAsItMay() {
        for (LauncherPatience patience :
                new LauncherPatience[] {karaf("0"), karaf("-1"), karaf("soon"), LauncherPatience.of(name -> null)}) {
            assertThat(patience.suffices(DrainSettings.MOST_MAX)).isTrue();
        }
    }

    @Test
    void theAssemblyWaitsForTheLongestDrainLimit() throws IOException {
        Properties custom = new Properties();
        try (Reader file =
                Files.newBufferedReader(Path.of("../../karaf-assembly/src/main/resources/etc/custom.properties"))) {
            custom.load(file);
        }

        LauncherPatience patience = karaf(custom.getProperty(LauncherPatience.PROPERTY));

        assertThat(patience.limit()).isLessThan(DrainSettings.MOST_MAX);
        assertThat(patience.suffices(DrainSettings.MOST_LIMIT)).isTrue();
    }
}
