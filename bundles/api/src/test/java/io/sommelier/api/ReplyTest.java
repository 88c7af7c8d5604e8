package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplyTest {
    private static Part data(String text, String contentType) {
        return Part.data(Payload.ofText(text)).contentType(contentType).build();
    }

    private static Part complete(String contentType) {
        return Part.complete(Payload.empty()).contentType(contentType).build();
    }

    @Test
    void contentTypeIsThatOfTheTerminalThenOfTheWholeThenOfTheFirstData() {
        Optional<Part> accepted =
                Optional.of(Part.accepted().contentType("text/accepted").build());
        Optional<Part> plain = Optional.of(Part.accepted().build());
        List<Part> data = List.of(data("a", "text/first"), data("b", "text/second"));

        assertThat(new Reply(accepted, data, complete("text/last")).contentType())
                .isEqualTo("text/last");
        assertThat(new Reply(accepted, data, complete("")).contentType()).isEqualTo("text/accepted");
        assertThat(new Reply(plain, data, complete("")).contentType()).isEqualTo("text/first");
        assertThat(new Reply(data, complete("")).contentType()).isEqualTo("text/first");
        assertThat(new Reply(List.of(), complete("")).contentType()).isEmpty();
    }

    @Test
    void dataIsCopied() {
        List<Part> data = new ArrayList<>(List.of(data("a", "")));
        Reply reply = new Reply(data, complete(""));

        data.clear();

        assertThat(reply.payload().asText()).isEqualTo("a");
        assertThat(reply.accepted()).isEmpty();
    }
}
