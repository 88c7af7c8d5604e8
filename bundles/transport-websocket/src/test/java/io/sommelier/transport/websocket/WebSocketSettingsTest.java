package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WebSocketSettingsTest {
    private final WebSocketSettings defaults = WebSocketSettings.defaults();

    @Test
    void withNothingSetTheDefaultsHold() {
        assertThat(WebSocketSettings.read(Map.of())).isEqualTo(defaults);
        assertThat(defaults.host()).isEqualTo("127.0.0.1");
        assertThat(defaults.port()).isEqualTo(7008);
        assertThat(defaults.path()).isEqualTo("/sommelier");
        assertThat(defaults.origins().allowed()).isEmpty();
    }

    @Test
    void everyViolationIsNamed() {
        assertThatThrownBy(() -> WebSocketSettings.read(Map.of(
                        "port", "70000",
                        "path", "sommelier",
                        "origins", "https://a.example, b.example",
                        "host", " ",
                        "maxHandshakeBytes", "1",
                        "maxWebSocketFrameBytes", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "port = 70000",
                        "path = sommelier",
                        "origins = b.example",
                        "host = ",
                        "maxHandshakeBytes = 1",
                        "maxWebSocketFrameBytes = 1");
    }

    @Test
    void aValueOutOfRangeIsRefusedWithItsNameAndTheRange() {
        assertThatThrownBy(() -> defaults.withAddress("127.0.0.1", 65536, "/"))
                .hasMessage("port 65536 is out of range, allowed are 0 to 65535");
        assertThatThrownBy(() -> defaults.withAddress(" ", 1, "/")).hasMessageContaining("host");
        assertThatThrownBy(() -> defaults.withAddress("127.0.0.1", 1, "/a b")).hasMessageContaining("path /a b");
        assertThatThrownBy(() -> defaults.withBounds(0, 1, 1)).hasMessageContaining("ioThreads 0");
        assertThatThrownBy(() -> defaults.withBounds(1, 0, 1)).hasMessageContaining("maxChannels 0");
        assertThatThrownBy(() -> defaults.withBounds(1, 1, 0)).hasMessageContaining("sendQueueCapacity 0");
        assertThatThrownBy(() -> defaults.withReadLimits(1, 65536)).hasMessageContaining("maxHandshakeBytes 1");
        assertThatThrownBy(() -> defaults.withReadLimits(1024, 1)).hasMessageContaining("maxWebSocketFrameBytes 1");
    }

    @Test
    void originsAreReadFromAList() {
        assertThat(WebSocketSettings.read(Map.of("origins", " https://A.example ,http://b.example:8080,"))
                        .origins()
                        .allowed())
                .isEqualTo(Set.of("https://a.example", "http://b.example:8080"));
    }
}
