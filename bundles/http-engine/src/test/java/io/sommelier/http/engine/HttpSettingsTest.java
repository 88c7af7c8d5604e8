package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every setting has a default and a range, and all that is wrong is said at once. */
class HttpSettingsTest {
    @Test
    void withoutAnyKeyTheDefaultsAreInEffect() {
        HttpSettings settings = HttpSettings.read(Map.of());

        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.tls().isOn()).isFalse();
    }

    @Test
    void valuesMayBeTextOrOfTheirOwnType() {
        HttpSettings settings = HttpSettings.read(Map.of("port", 9090, "maxBodyBytes", " 10 ", "idleLimit", "2m"));

        assertThat(settings.port()).isEqualTo(9090);
        assertThat(settings.maxBodyBytes()).isEqualTo(10);
        assertThat(settings.idleLimit()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void everyViolationIsNamedWithKeyValueAndRange() {
        assertThatThrownBy(() -> HttpSettings.read(
                        Map.of("port", "65536", "idleLimit", "soon", "tlsKey", "a", "tlsKeyStore", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("io.sommelier.http.engine")
                .hasMessageContaining("port = 65536 (allowed: 0 to 65535)")
                .hasMessageContaining("idleLimit = soon")
                .hasMessageContaining("tlsKeyStore is set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
    void aLoopbackAddressIsListenedOn(String host) {
        assertThat(HttpSettings.read(Map.of("host", host)).host()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org", ""})
    void anAddressBeyondLoopbackIsRefusedWhileNobodyIsAskedWhoHeIs(String host) {
        assertThatThrownBy(() -> HttpSettings.read(Map.of("host", host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host = " + host + " (allowed: localhost or another loopback address");
    }

    @Test
    void thePasswordIsNotShown() {
        HttpSettings settings = HttpSettings.read(Map.of("tlsKeyStore", "a.p12", "tlsPassword", "hidden"));

        assertThat(settings.toString()).doesNotContain("hidden").contains("a.p12");
    }

    @Test
    void toolsShowTheDefaultsThatAreInEffect() throws Exception {
        HttpSettings defaults = HttpSettings.read(Map.of());
        for (var attribute : HttpEngineConfiguration.class.getDeclaredMethods()) {
            Object shown = attribute.getDefaultValue();
            if (shown != null) {
                assertThat(HttpSettings.read(Map.of(attribute.getName(), shown)))
                        .as(attribute.getName())
                        .isEqualTo(defaults);
            }
        }
    }
}
