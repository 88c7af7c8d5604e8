package io.sommelier.bench.party;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartyLoopTest {
    @Test
    void beginsWithThePortAndEndsWithItsInput() throws IOException {
        assertThat(talk("")).containsExactly("= 4711");
    }

    @Test
    void passesVerbAndWordsToTheParty() throws IOException {
        assertThat(talk("say once more\n")).containsExactly("= 4711", "= once more");
    }

    @Test
    void aFailureOfThePartyIsAnAnswerOfItsOwnKind() throws IOException {
        List<String> answers = talk("fall\nsay still here\n");

        assertThat(answers.get(1)).startsWith("! fall: ").contains("does not know");
        assertThat(answers.get(2)).isEqualTo("= still here");
    }

    @Test
    void tellsWhatItsProcessHasUsed() throws IOException {
        Usage usage = Usage.parse(talk("usage\n").get(1).substring(2));

        assertThat(usage.cpuNanos()).isPositive();
        assertThat(usage.allocatedBytes()).isPositive();
    }

    private static List<String> talk(String lines) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PartyLoop(new Echo())
                .run(
                        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(OutputStream.nullOutputStream()));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static final class Echo implements Party {
        @Override
        public int port() {
            return 4711;
        }

        @Override
        public String tell(String verb, List<String> words) {
            if (verb.equals("say")) {
                return String.join(" ", words);
            }
            throw new IllegalArgumentException("it does not know '" + verb + "'");
        }

        @Override
        public void close() {}
    }
}
