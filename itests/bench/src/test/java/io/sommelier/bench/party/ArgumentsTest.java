package io.sommelier.bench.party;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void aValueThatIsNotGivenIsTheDefault() {
        assertThat(Arguments.of(List.of()).number("inflight", 7, 1)).isEqualTo(7);
    }

    @Test
    void anAddressIsHostAndPort() {
        Arguments arguments = Arguments.of(List.of("--controller", "127.0.0.1:7007"));

        assertThat(arguments.address("controller").getPort()).isEqualTo(7007);
    }

    @Test
    void aMissingAddressIsNamed() {
        assertThatThrownBy(() -> Arguments.of(List.of()).address("controller"))
                .hasMessageContaining("--controller")
                .hasMessageContaining("HOST:PORT");
    }

    @Test
    void aNumberBelowItsRangeIsRefused() {
        Arguments arguments = Arguments.of(List.of("--inflight", "0"));

        assertThatThrownBy(() -> arguments.number("inflight", 1, 1)).hasMessageContaining("'0'");
    }

    @Test
    void aKeyThatNobodyReadIsRefused() {
        Arguments arguments = Arguments.of(List.of("--inflihgt", "2"));
        arguments.number("inflight", 1, 1);

        assertThatThrownBy(arguments::allRead).hasMessage("there is no --inflihgt");
    }

    @Test
    void aShapeIsTheSameAfterItsWayThroughACommandLine() {
        LoadShape shape = LoadShape.streams(16, 4096, 100).among(3);

        LoadShape read = LoadShape.of(Arguments.of(List.of(shape.toArguments())));

        assertThat(read).isEqualTo(shape);
    }
}
