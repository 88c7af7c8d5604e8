package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartTest {
    private static final CommandError ERROR = CommandError.executed("corked");

    @Test
    void errorIsThereExactlyOnAFailedPart() {
        assertThat(Part.failed(ERROR).build().error()).contains(ERROR);
        assertThat(Part.accepted().build().error()).isEmpty();
        assertThat(Part.data(Payload.ofText("d")).build().error()).isEmpty();
        assertThat(Part.complete(Payload.empty()).build().error()).isEmpty();
    }

    @Test
    void builderOfAPartStartsWithAllOfIt() {
        Part part = Part.failed(ERROR)
                .headers(Headers.of("a", "1"))
                .contentType("application/problem+json")
                .payload(Payload.ofText("{}"))
                .suggestedStatus(409)
                .sequence(3)
                .finalCount(4)
                .build();

        Part again = part.toBuilder().build();

        assertThat(again).usingRecursiveComparison().isEqualTo(part);
        assertThat(again.suggestedStatus()).isEqualTo(409);
    }

    @Test
    void acceptedPartHasNoPayload() {
        assertThatThrownBy(() -> Part.accepted().payload(Payload.ofText("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an ACCEPTED part has no payload");
        assertThat(Part.accepted().payload(Payload.empty()).build().payload().isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 200, 422, 599})
    void statusWithinItsBoundsMayBeSuggested(int status) {
        assertThat(Part.accepted().suggestedStatus(status).build().suggestedStatus())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, 199, 600, Integer.MAX_VALUE})
    void statusOutOfBoundsIsRefusedWithWhatIsAllowed(int status) {
        assertThatThrownBy(() -> Part.accepted().suggestedStatus(status))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("suggestedStatus " + status + " is out of range, allowed are 0 and 200 to 599");
    }

    @Test
    void contentTypeIsBoundedPrintableAscii() {
        assertThatThrownBy(() -> Part.accepted().contentType("t".repeat(256)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("contentType has 256 characters, allowed are at most 255");
        assertThatThrownBy(() -> Part.accepted().contentType("\t"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("contentType has a character at 0 that is not printable ASCII");
    }

    @Test
    void nullIsRefusedWhereItIsGiven() {
        assertThatThrownBy(() -> Part.data(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("payload");
        assertThatThrownBy(() -> Part.complete(null)).hasMessage("payload");
        assertThatThrownBy(() -> Part.failed(null)).hasMessage("error");
        assertThatThrownBy(() -> Part.accepted().headers(null)).hasMessage("headers");
    }

    @Test
    void textFormShowsSizesAndNoContent() {
        assertThat(Part.data(Payload.ofText("secret")).sequence(7).build()).hasToString("Part[DATA 7, 6 bytes]");
        assertThat(Part.complete(Payload.ofText("secret")).finalCount(8).build())
                .hasToString("Part[COMPLETE after 8, 6 bytes]");
        assertThat(Part.accepted().build()).hasToString("Part[ACCEPTED]");
        assertThat(Part.failed(ERROR).build())
                .hasToString("Part[FAILED after 0, HANDLER_FAILED (EXECUTED at EXECUTION): corked]");
    }
}
