package io.sommelier.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandException;
import io.sommelier.api.Payload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonNumberTest {
    @ParameterizedTest
    @ValueSource(strings = {"{\"to\":5}", " {\n\"to\" : 5 }\n"})
    void readsTheOneNumber(String json) {
        assertThat(JsonNumber.read(Payload.ofText(json), "to", 0, 10)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "{}",
                "{\"to\":11}",
                "{\"to\":-1}",
                "{\"to\":05}",
                "{\"to\":5.5}",
                "{\"to\":\"5\"}",
                "{\"too\":5}",
                "{\"to\":5,\"by\":1}",
                "{\"to\":5}x",
                "{\"to\":99999999999999999999}"
            })
    void refusesAllElseAndNamesWhatIsAllowed(String json) {
        assertThatThrownBy(() -> JsonNumber.read(Payload.ofText(json), "to", 0, 10))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("INVALID_COMMAND (REFUSED at EXECUTION)")
                .hasMessageContaining("{\"to\":N} with N from 0 to 10");
    }

    @Test
    void theBoundsAreAllowed() {
        assertThat(JsonNumber.read(Payload.ofText("{\"to\":0}"), "to", 0, 10)).isZero();
        assertThat(JsonNumber.read(Payload.ofText("{\"to\":10}"), "to", 0, 10)).isEqualTo(10);
    }
}
