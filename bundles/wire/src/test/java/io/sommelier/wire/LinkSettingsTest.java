package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LinkSettingsTest {
    @Test
    void a_value_out_of_range_is_named_with_its_range() {
        assertThatThrownBy(() -> settings(16_383, 1024, 0, 1, 1, 1, 1))
                .hasMessageContaining("maxFrameBytes 16383")
                .hasMessageContaining("16384 to 16777216");
        assertThatThrownBy(() -> settings(1 << 24 | 1, 1024, 0, 1, 1, 1, 1)).hasMessageContaining("maxFrameBytes");
        assertThatThrownBy(() -> settings(16_384, 1023, 0, 1, 1, 1, 1)).hasMessageContaining("maxMessageBytes");
        assertThatThrownBy(() -> settings(16_384, 1024, 8193, 1, 1, 1, 1)).hasMessageContaining("0 to 8192");
        assertThatThrownBy(() -> settings(1 << 24, 1024, 65_536, 1, 1, 1, 1)).hasMessageContaining("0 to 65535");
        assertThatThrownBy(() -> settings(16_384, 1024, 0, 0, 1, 1, 1)).hasMessageContaining("maxStreams");
        assertThatThrownBy(() -> settings(16_384, 1024, 0, 1, 0, 1, 1)).hasMessageContaining("maxAssemblyBytes");
        assertThatThrownBy(() -> settings(16_384, 1024, 0, 1, 1, 0, 1)).hasMessageContaining("helloLimit");
        assertThatThrownBy(() -> settings(16_384, 1024, 0, 1, 1, 1, 600_001)).hasMessageContaining("heartbeat");
    }

    @Test
    void the_bounds_themselves_and_the_defaults_are_taken() {
        assertThat(settings(16_384, 1024, 8192, 1, 1, 1, 1).maxStreams()).isEqualTo(1);
        assertThat(settings(1 << 24, 1 << 30, 65_535, 1_000_000, Long.MAX_VALUE, 600_000, 600_000))
                .isNotNull();
        assertThat(LinkSettings.defaults().maxFrameBytes()).isEqualTo(65_536);
    }

    @Test
    void each_change_leaves_the_other_values_as_they_were() {
        LinkSettings changed = LinkSettings.defaults()
                .withMaxFrameBytes(100_000)
                .withMaxMessageBytes(200_000)
                .withHelloLimit(Duration.ofMillis(300))
                .withHeartbeat(Duration.ofMillis(400));

        LinkSettings defaults = LinkSettings.defaults();
        assertThat(changed)
                .isEqualTo(settings(
                        100_000,
                        200_000,
                        defaults.maxHeaderBytes(),
                        defaults.maxStreams(),
                        defaults.maxAssemblyBytes(),
                        300,
                        400));
    }

    private static LinkSettings settings(
            int frame, int message, int header, int streams, long assembly, long helloMillis, long heartbeatMillis) {
        return new LinkSettings(
                frame,
                message,
                header,
                streams,
                assembly,
                Duration.ofMillis(helloMillis),
                Duration.ofMillis(heartbeatMillis));
    }
}
