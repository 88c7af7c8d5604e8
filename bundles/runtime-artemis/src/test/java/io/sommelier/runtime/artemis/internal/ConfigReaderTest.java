package io.sommelier.runtime.artemis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.runtime.artemis.ArtemisSettings;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConfigReaderTest {
    private static ArtemisSettings read(Map<String, Object> properties) {
        return ConfigReader.read(properties, Path.of("data"));
    }

    @Test
    void nothingSetMeansTheDefaults() {
        assertThat(read(Map.of())).isEqualTo(ArtemisSettings.defaults(Path.of("data", "artemis")));
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnceAlsoWhatOnlySeveralKeysShow() {
        assertThatThrownBy(() ->
                        read(Map.of("amqpPort", "70000", "expiryScan", "soon", "host", "192.0.2.1", "addressBytes", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("amqpPort = 70000")
                .hasMessageContaining("expiryScan = soon")
                .hasMessageContaining("addressBytes = 1")
                .hasMessageContaining("host 192.0.2.1 is no loopback address");
    }

    @Test
    void aLongestWaitBelowTheFirstIsRefused() {
        assertThatThrownBy(() -> read(Map.of("retryFirst", "10s", "retryMost", "5s")))
                .hasMessageContaining("retryMost");
    }

    @Test
    void noMessageAndNoDescriptionShowsThePassword() {
        Map<String, Object> properties =
                Map.of("url", "tcp://broker:61616?password=hidden", "user", "waiter", "password", "hidden");

        assertThat(read(properties).toString()).doesNotContain("hidden");
    }
}
