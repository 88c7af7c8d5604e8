package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class HealthTest {
    private static Part answerOf(Callable<Health> check) throws Exception {
        HandResponder responder = new HandResponder(0);
        Health.handler(check).handle(null, responder);
        return responder.parts().get(0);
    }

    private static String messageOf(Part down) {
        assertThat(down.status()).isEqualTo(PartStatus.FAILED);
        return down.error().orElseThrow().message();
    }

    @Test
    void upCompletesWithTheDetail() throws Exception {
        Part part = answerOf(() -> Health.up("3 barrels"));

        assertThat(part.status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(part.payload().asText()).isEqualTo("3 barrels");
    }

    @Test
    void downFailsWithTheDetail() throws Exception {
        assertThat(messageOf(answerOf(() -> Health.down("no barrel")))).isEqualTo("no barrel");
    }

    @Test
    void checkThatThrowsIsDownWithItsMessage() throws Exception {
        assertThat(messageOf(answerOf(() -> {
                    throw new IllegalStateException("the pump is broken");
                })))
                .isEqualTo("the pump is broken");
    }

    @Test
    void checkThatThrowsWithoutAMessageIsDownWithItsName() throws Exception {
        assertThat(messageOf(answerOf(() -> {
                    throw new IllegalStateException();
                })))
                .isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void checkThatGivesNullIsDown() throws Exception {
        assertThat(messageOf(answerOf(() -> null))).contains("null");
    }

    @Test
    void checkThatIsInterruptedIsDownAndItsThreadStillKnows() throws Exception {
        Part part = answerOf(() -> {
            throw new InterruptedException();
        });

        assertThat(messageOf(part)).contains("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "€", "🍷"})
    void detailIsCutToAKibibyteBetweenTwoCharacters(String character) {
        String detail = Health.down(character.repeat(2000)).detail();

        int bytes = detail.getBytes(StandardCharsets.UTF_8).length;
        assertThat(bytes).isBetween(1021, 1024);
        assertThat(detail).isEqualTo(character.repeat(detail.length() / character.length()));
    }

    @Test
    void halfOfASurrogatePairDoesNotStopIt() {
        assertThat(Health.down("\ud83c" + "x".repeat(2000)).detail()).hasSizeBetween(1022, 1024);
    }

    @Test
    void detailIsOneLine() {
        assertThat(Health.up("a\r\nb\u001b[31mc").detail()).isEqualTo("a  b [31mc");
    }
}
