package io.sommelier.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sommelier.spi.Authorizer;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PipelineSettingsTest {
    @Test
    void nothingSetGivesTheDefaults() {
        assertThat(PipelineSettings.read(Map.of())).isEqualTo(PipelineSettings.DEFAULTS);
    }

    @Test
    void readsEveryKey() {
        assertThat(PipelineSettings.read(Map.of(
                        "maxPayloadBytes", "2048",
                        "maxHeaderBytes", 512,
                        "blockingThreads", 3,
                        "blockingQueue", 4,
                        "maxWaitingParts", 17,
                        "requireAuthorizer", "always")))
                .isEqualTo(new PipelineSettings(2048, 512, 3, 4, 17, Authorizer.Required.ALWAYS));
    }

    @Test
    void namesEveryViolationAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PipelineSettings.read(
                        Map.of("maxPayloadBytes", 1, "blockingThreads", "many", "requireAuthorizer", "maybe")))
                .withMessageContaining("requireAuthorizer = maybe (allowed: one of [always, never, seen])")
                .withMessageContaining("maxPayloadBytes = 1 (allowed: 1024 to 1073741824)")
                .withMessageContaining("blockingThreads = many (allowed: 1 to 512)");
    }

    @Test
    void checksRangesAlsoWhenMadeDirectly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PipelineSettings(1024, 256, 1, 0, 16))
                .withMessage("blockingQueue = 0 (allowed: 1 to 1000000)");
    }
}
