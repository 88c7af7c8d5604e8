package io.sommelier.gateway.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be set, and the small things that need no broker. */
class GatewaySettingsTest {
    @Test
    void withoutSettingsEveryKnownTargetIsServed() {
        GatewaySettings settings = GatewaySettings.read(Map.of());

        assertThat(settings.targets()).isEmpty();
        assertThat(settings.servesKnown()).isTrue();
        assertThat(settings.consumers()).isEqualTo(8);
        assertThat(settings.defaultTtl()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void targetsAreNamesWithCommasBetween() {
        assertThat(GatewaySettings.read(Map.of("targets", " cellar, kitchen:1 ,"))
                        .targets())
                .containsExactlyInAnyOrder("cellar", "kitchen:1");
    }

    @Test
    void allThatIsWrongIsNamedAtOnce() {
        assertThatThrownBy(() -> GatewaySettings.read(Map.of(
                        "targets", "cellar, _x, a::b", "consumers", "0", "defaultTtl", "soon", "servesKnown", "maybe")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("targets: _x")
                .hasMessageContaining("targets: a::b")
                .hasMessageContaining("consumers = 0 (allowed: 1 to 64)")
                .hasMessageContaining("defaultTtl = soon")
                .hasMessageContaining("servesKnown = maybe");
    }

    @Test
    void thereAreNoMoreConsumersThanThePoolHasSessions() {
        assertThatThrownBy(() -> GatewaySettings.read(Map.of("consumers", "64", "maxTargets", "13")))
                .hasMessageContaining("consumers = 64, maxTargets = 13 (allowed: a product of at most 800)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sommelier.command.cellar",
                "sommelier.in.cellar",
                "activemq.management",
                "$sys.mqtt.sessions",
                "my::sommelier.command.cellar"
            })
    void someAddressesGetNoReply(String address) {
        assertThat(InQueues.refusal(address)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"replies", "my.sommelier.replies", "0b6f4d3e-4a52-4b3f-8a0e-0a1b2c3d4e5f"})
    void othersDo(String address) {
        assertThat(InQueues.refusal(address)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"x-table,x_HYPHEN_table", "a.b,a_DOT_b", "plain,plain", "1st,_1st", "a+b,a_b"})
    void aHeaderHasANameThatJmsAllows(String header, String property) {
        assertThat(PropertyNames.toProperty(header)).isEqualTo(property);
    }

    @ParameterizedTest
    @CsvSource({"X_HYPHEN_Table,x-table", "a_DOT_b,a.b", "x-table,x-table", "sommelier_ttl,sommelier_ttl"})
    void aPropertyIsAHeader(String property, String header) {
        assertThat(PropertyNames.toHeader(property)).isEqualTo(header);
    }

    @Test
    void aProblemIsJsonWhateverItsTextsAre() {
        CommandError error = CommandError.executed("a \"b\" \\ \u0001 é 🍷");
        Part part = Part.failed(error)
                .payload(Payload.copyOf(new byte[] {(byte) 0xff}))
                .build();

        assertThat(ProblemJson.of(error, "", Optional.of(part)))
                .contains("\"detail\":\"a \\\"b\\\" \\\\ \\u0001 é \\ud83c\\udf77\"")
                .endsWith(",\"stage\":\"EXECUTION\",\"reply\":{\"base64\":\"/w==\"}}")
                .doesNotContain("commandId");
    }
}
