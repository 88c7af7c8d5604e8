package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.spi.Authorizer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeSettingsTest {
    @Test
    void withNothingSetTheDefaultsHold() {
        NodeSettings settings = NodeSettings.read(Map.of());

        assertThat(settings.id()).isEqualTo("controller-1");
        assertThat(settings.strategy()).isEqualTo("least");
        assertThat(settings.controller()).isEqualTo(ControllerSettings.defaults());
    }

    @Test
    void everyKeyIsRead() {
        NodeSettings settings = NodeSettings.read(Map.ofEntries(
                Map.entry("id", "node-2"),
                Map.entry("strategy", "random"),
                Map.entry("drainLimit", "2s"),
                Map.entry("knownTargets", "cellar, attic,"),
                Map.entry("assignedTargets", "cellar = vault, attic=attic,"),
                Map.entry("absentMayWait", "false"),
                Map.entry("maxHeldBytes", "3000000"),
                Map.entry("maxTargetBytes", "2000000"),
                Map.entry("maxChannelBytes", "1500000"),
                Map.entry("maxAttempts", "5"),
                Map.entry("streamIdle", "1m"),
                Map.entry("probeLimit", "250ms"),
                Map.entry("rememberTargetHours", "2"),
                Map.entry("maxNames", "2000"),
                Map.entry("requireAuthorizer", "always"),
                Map.entry("keyWindow", "1h"),
                Map.entry("maxKeys", "50"),
                Map.entry("maxKeptBytes", "4000000"),
                Map.entry("maxKeptReplyBytes", "5000"),
                Map.entry("retryFirst", "200ms"),
                Map.entry("retryMost", "3s"),
                Map.entry("healthPeriod", "7s"),
                Map.entry("healthJitter", "5"),
                Map.entry("healthTimeout", "1s"),
                Map.entry("healthFailures", "2")));

        assertThat(settings.id()).isEqualTo("node-2");
        assertThat(settings.strategy()).isEqualTo("random");
        assertThat(settings.drain().limit()).isEqualTo(Duration.ofSeconds(2));
        ControllerSettings controller = settings.controller();
        assertThat(controller.knownTargets()).containsExactlyInAnyOrder("cellar", "attic");
        assertThat(controller.assignedTargets()).isEqualTo(Map.of("cellar", "vault", "attic", "attic"));
        assertThat(controller.absentMayWait()).isFalse();
        assertThat(controller.maxHeldBytes()).isEqualTo(3_000_000);
        assertThat(controller.maxTargetBytes()).isEqualTo(2_000_000);
        assertThat(controller.maxChannelBytes()).isEqualTo(1_500_000);
        assertThat(controller.maxAttempts()).isEqualTo(5);
        assertThat(controller.retries()).isEqualTo(new RetrySettings(Duration.ofMillis(200), Duration.ofSeconds(3)));
        assertThat(controller.streamIdle()).isEqualTo(Duration.ofMinutes(1));
        assertThat(controller.probeLimit()).isEqualTo(Duration.ofMillis(250));
        assertThat(controller.rememberTarget()).isEqualTo(Duration.ofHours(2));
        assertThat(controller.maxNames()).isEqualTo(2000);
        assertThat(controller.requireAuthorizer()).isEqualTo(Authorizer.Required.ALWAYS);
        assertThat(controller.keys()).isEqualTo(new KeySettings(Duration.ofHours(1), 50, 4_000_000, 5000));
        assertThat(controller.health())
                .isEqualTo(new HealthSettings(Duration.ofSeconds(7), 5, Duration.ofSeconds(1), 2));
    }

    @Test
    void healthChecksAreOffOrNotTooOften() {
        assertThat(NodeSettings.read(Map.of("healthPeriod", "0s"))
                        .controller()
                        .health()
                        .isOn())
                .isFalse();
        assertThatThrownBy(() -> NodeSettings.read(Map.of(
                        "healthPeriod", "99ms", "healthJitter", "101", "healthTimeout", "9ms", "healthFailures", "0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "healthPeriod = 99ms", "healthJitter = 101", "healthTimeout = 9ms", "healthFailures = 0");
    }

    @Test
    void everyViolationIsNamed() {
        assertThatThrownBy(() -> NodeSettings.read(
                        Map.of("id", "a b", "knownTargets", "cellar,/etc", "maxAttempts", "0", "streamIdle", "soon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("id = a b", "knownTargets = /etc", "maxAttempts = 0", "streamIdle = soon");
    }

    @Test
    void everyBadAssignmentIsNamed() {
        assertThatThrownBy(() -> NodeSettings.read(
                        Map.of("assignedTargets", "cellar, a b=vault, attic=, =c, a=b=c, x=/etc, y=1, y=1, z=2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "assignedTargets = cellar (",
                        "assignedTargets = a b=vault (",
                        "assignedTargets = attic= (",
                        "assignedTargets = =c (",
                        "assignedTargets = a=b=c (",
                        "assignedTargets = x=/etc (",
                        "assignedTargets = y=1 (")
                .hasMessageNotContaining("z=2");
    }
}
