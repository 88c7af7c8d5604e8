package io.sommelier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.admin.PartStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PartListTest {
    private static PartStatus part(String name, String... problems) {
        return new PartStatus() {
            @Override
            public String part() {
                return name;
            }

            @Override
            public List<String> problems() {
                return List.of(problems);
            }
        };
    }

    private static List<String> printed(PartStatus... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PartList.table(List.of(parts)).print(new PrintStream(out, true, StandardCharsets.UTF_8), false);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    void partsAreSortedAndEveryProblemHasItsLine() {
        assertThat(printed(part("pipeline"), part("broker", "port 5672 is taken", "retryMost = soon")))
                .containsExactly(
                        "broker DEGRADED port 5672 is taken", "broker DEGRADED retryMost = soon", "pipeline UP");
    }

    @Test
    void withoutPartsThereIsNothingToSee() {
        assertThat(printed()).allMatch(String::isBlank);
    }
}
