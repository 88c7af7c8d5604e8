package io.sommelier.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.wire.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpSettingsTest {
    private final TcpSettings defaults = TcpSettings.defaults();

    @Test
    void nothingListensBeyondLoopbackUnlessItIsSet() {
        assertThat(defaults.host()).isEqualTo("127.0.0.1");
        assertThat(defaults.port()).isEqualTo(7007);
        assertThat(defaults.members()).isEmpty();
    }

    @Test
    void aValueOutOfRangeIsRefusedWithItsNameAndTheRange() {
        assertThatThrownBy(() -> defaults.withAddress("127.0.0.1", 65536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port 65536 is out of range, allowed are 0 to 65535");
        assertThatThrownBy(() -> defaults.withAddress(" ", 1)).hasMessageContaining("host");
        assertThatThrownBy(() -> defaults.withBounds(0, 1, 1)).hasMessageContaining("ioThreads 0");
        assertThatThrownBy(() -> defaults.withBounds(1, 0, 1)).hasMessageContaining("maxChannels 0");
        assertThatThrownBy(() -> defaults.withBounds(1, 1, 0)).hasMessageContaining("sendQueueCapacity 0");
        assertThatThrownBy(() -> defaults.withMembers(List.of(), Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("dialMost");
        assertThatThrownBy(() -> defaults.withSocketBuffers(1, 0)).hasMessageContaining("receiveBufferBytes 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7007", "localhost:1", "under_score.example:65535", "[::1]:7007"})
    void anAddressIsWrittenAsItIsRead(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":7007", "host:port", "::1:7007", "host:0", "host:65536"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tlsIsReadAndWhatContradictsItselfIsNamed() {
        assertThat(TcpSettings.read(Map.of("tlsKeyStore", "a.p12", "tlsPassword", "hush", "tlsClients", "none")))
                .satisfies(read -> assertThat(read.tls().isOn()).isTrue())
                .satisfies(read -> assertThat(read.toString()).contains("a.p12").doesNotContain("hush"));
        assertThatThrownBy(() -> TcpSettings.read(Map.of("tlsCertificate", "a.crt", "tlsCheck", "1ms")))
                .hasMessageContaining("tlsCheck = 1ms")
                .hasMessageContaining("a certificate and its key belong together");
        assertThatThrownBy(() -> TcpSettings.read(Map.of("tlsKeyStore", "a.p12", "tlsClients", "required")))
                .hasMessageContaining("without tlsTrust");
    }
}
