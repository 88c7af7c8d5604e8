package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.spi.Authorizer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ControllerSettingsTest {
    private final ControllerSettings defaults = ControllerSettings.defaults();

    private static void refused(Executable change, String message) {
        assertThatThrownBy(change::execute)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void defaultsAreWithinTheirRanges() {
        assertThat(defaults.absentMayWait()).isTrue();
        assertThat(defaults.maxAttempts()).isEqualTo(3);
        assertThat(defaults.streamIdle()).isEqualTo(Duration.ofSeconds(30));
        assertThat(defaults.probeLimit()).isEqualTo(Duration.ofSeconds(1));
        assertThat(defaults.rememberTarget()).isEqualTo(Duration.ofHours(24));
        assertThat(defaults.maxTargetBytes()).isLessThanOrEqualTo(defaults.maxHeldBytes());
    }

    @Test
    void valueOutOfItsRangeIsRefusedWithKeyValueAndWhatIsAllowed() {
        long mib = 1 << 20;
        refused(
                () -> defaults.withBudgets(mib - 1, mib, mib),
                "maxHeldBytes = 1048575 is out of range, allowed are 1048576 to 1099511627776");
        refused(
                () -> defaults.withBudgets(mib, mib - 1, mib),
                "maxTargetBytes = 1048575 is out of range, allowed are 1048576 to 1099511627776");
        refused(
                () -> defaults.withBudgets(mib, mib, (1L << 40) + 1),
                "maxChannelBytes = 1099511627777 is out of range, allowed are 1048576 to 1099511627776");
        refused(() -> defaults.withMaxAttempts(0), "maxAttempts = 0 is out of range, allowed are 1 to 100");
        refused(() -> defaults.withMaxAttempts(101), "maxAttempts = 101 is out of range, allowed are 1 to 100");
        refused(() -> defaults.withMaxNames(999), "maxNames = 999 is out of range, allowed are 1000 to 10000000");
        refused(
                () -> new KeySettings(Duration.ofMillis(999), 1, mib, 4096),
                "keyWindow ms = 999 is out of range, allowed are 1000 to 86400000");
        refused(
                () -> new KeySettings(Duration.ofHours(1), 0, mib, 4096),
                "maxKeys = 0 is out of range, allowed are 1 to 10000000");
        refused(
                () -> new KeySettings(Duration.ofHours(1), 1, mib - 1, 4096),
                "maxKeptBytes = 1048575 is out of range, allowed are 1048576 to 1099511627776");
        refused(
                () -> new KeySettings(Duration.ofHours(1), 1, mib, 4095),
                "maxKeptReplyBytes = 4095 is out of range, allowed are 4096 to 1073741824");
        refused(
                () -> new HoldSettings(Duration.ofMinutes(11), 1, mib),
                "holdLimit ms = 660000 is out of range, allowed are 0 to 600000");
        refused(
                () -> new HoldSettings(Duration.ZERO, 0, mib),
                "maxHoldCommands = 0 is out of range, allowed are 1 to 1000000");
        refused(
                () -> new HoldSettings(Duration.ZERO, 1, mib - 1),
                "maxHoldBytes = 1048575 is out of range, allowed are 1048576 to 1099511627776");
        Duration second = Duration.ofSeconds(1);
        refused(
                () -> new HealthSettings(Duration.ofMillis(99), 0, second, 1),
                "healthPeriod ms = 99 is out of range, allowed are 100 to 3600000");
        refused(
                () -> new HealthSettings(second, 101, second, 1),
                "healthJitter = 101 is out of range, allowed are 0 to 100");
        refused(
                () -> new HealthSettings(second, 0, Duration.ofMillis(9), 1),
                "healthTimeout ms = 9 is out of range, allowed are 10 to 60000");
        refused(
                () -> new HealthSettings(second, 0, second, 0),
                "healthFailures = 0 is out of range, allowed are 1 to 100");
        refused(
                () -> new RetrySettings(Duration.ofMillis(9), Duration.ofSeconds(1)),
                "retryFirst ms = 9 is out of range, allowed are 10 to 3600000");
        refused(
                () -> new RetrySettings(Duration.ofSeconds(2), Duration.ofSeconds(1)),
                "retryMost ms = 1000 is out of range, allowed are 2000 to 3600000");
        refused(
                () -> defaults.withStreamIdle(Duration.ofMillis(99)),
                "streamIdle ms = 99 is out of range, allowed are 100 to 3600000");
        refused(
                () -> defaults.withProbeLimit(Duration.ofMillis(60_001)),
                "probeLimit ms = 60001 is out of range, allowed are 10 to 60000");
    }

    @Test
    void eachChangeLeavesTheRestAsItWas() {
        HoldSettings hold = new HoldSettings(Duration.ofSeconds(7), 70, 7 << 20);
        KeySettings keys = new KeySettings(Duration.ofHours(1), 9, 1 << 20, 4 << 10);
        RetrySettings retries = new RetrySettings(Duration.ofMillis(10), Duration.ofHours(1));
        HealthSettings health = new HealthSettings(Duration.ofSeconds(8), 8, Duration.ofSeconds(9), 9);

        ControllerSettings changed = defaults.withMaxAttempts(7)
                .withRetries(retries)
                .withHold(hold)
                .withHealth(health)
                .withKeys(keys)
                .withMaxNames(5000)
                .withRequireAuthorizer(Authorizer.Required.NEVER)
                .withAbsentMayWait(false)
                .withStreamIdle(Duration.ofSeconds(1))
                .withProbeLimit(Duration.ofSeconds(2))
                .withBudgets(4 << 20, 3 << 20, 2 << 20)
                .withKnownTargets(Set.of("cellar"))
                .withAssignedTargets(Map.of("cellar", "vault"));

        assertThat(changed)
                .isEqualTo(new ControllerSettings(
                        Set.of("cellar"),
                        Map.of("cellar", "vault"),
                        false,
                        4 << 20,
                        3 << 20,
                        2 << 20,
                        7,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        defaults.rememberTarget(),
                        5000,
                        Authorizer.Required.NEVER,
                        keys,
                        retries,
                        hold,
                        health));
    }

    @Test
    void knownTargetsAreCopied() {
        Set<String> given = new HashSet<>(Set.of("cellar"));
        ControllerSettings settings = defaults.withKnownTargets(given);

        given.add("attic");

        assertThat(settings.knownTargets()).containsExactly("cellar");
    }
}
