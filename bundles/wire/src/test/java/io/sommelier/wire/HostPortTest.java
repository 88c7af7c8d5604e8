package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7007", "localhost:1", "under_score.example:65535", "[::1]:7007"})
    void readsWhatItWrites(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":7007", "host:port", "::1:7007", "host:0", "host:65536", "host:-1"})
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsTheBracketsOutOfTheHost() {
        assertThat(HostPort.parse("[::1]:7007").host()).isEqualTo("::1");
    }
}
