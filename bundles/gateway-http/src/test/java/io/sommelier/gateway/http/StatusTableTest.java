package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every error code, with every outcome, has the status that the table of the README says. */
@Timeout(60)
class StatusTableTest {
    private static final Pattern ROW = Pattern.compile("\\| ((`[A-Z_]+`(, )?)+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|");
    private static final Pattern NAME = Pattern.compile("[A-Z_]+");

    @Test
    void everyCodeWithEveryOutcomeIsAnsweredAsTheTableSays() throws Exception {
        Map<ErrorCode, int[]> table = table();
        assertThat(table.keySet()).containsExactlyInAnyOrder(ErrorCode.values());
        var sender = new FailingSender();
        var json = new ObjectMapper();

        try (World world = World.open()) {
            world.gateway.sender(sender);
            for (ErrorCode code : ErrorCode.values()) {
                for (Outcome outcome : Outcome.values()) {
                    sender.error = CommandError.of(code, outcome, Stage.STREAM, "what happened");

                    HttpResponse<String> reply = world.post("pour", "wine");

                    String what = code + " " + outcome;
                    int status = table.get(code)[column(outcome)];
                    assertThat(reply.statusCode()).as(what).isEqualTo(status);
                    assertThat(reply.headers().firstValue("content-type"))
                            .as(what)
                            .contains("application/problem+json");
                    assertThat(reply.headers().firstValue("retry-after").isPresent())
                            .as("Retry-After of " + what)
                            .isEqualTo(status == 503 || status == 429);
                    JsonNode problem = json.readTree(reply.body());
                    assertThat(problem.get("status").asInt()).isEqualTo(status);
                    assertThat(problem.get("code").asText()).isEqualTo(code.name());
                    assertThat(problem.get("outcome").asText()).isEqualTo(outcome.name());
                    assertThat(problem.get("retryable").asBoolean()).isEqualTo(sender.error.retryable());
                    assertThat(problem.get("stage").asText()).isEqualTo("STREAM");
                    assertThat(problem.get("detail").asText()).isEqualTo("what happened");
                    assertThat(problem.get("title").asText()).isNotBlank();
                    assertThat(problem.get("type").asText()).startsWith("urn:sommelier:error:");
                    assertThat(problem.get("commandId").asText())
                            .isEqualTo(reply.headers()
                                    .firstValue("sommelier-command-id")
                                    .orElseThrow());
                }
            }
        }
    }

    private static int column(Outcome outcome) {
        return switch (outcome) {
            case NOT_SENT, REFUSED -> 0;
            case EXECUTED -> 1;
            case REPLY_LOST, UNKNOWN -> 2;
        };
    }

    private static Map<ErrorCode, int[]> table() throws Exception {
        var table = new EnumMap<ErrorCode, int[]>(ErrorCode.class);
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                int[] statuses = {
                    Integer.parseInt(row.group(4)), Integer.parseInt(row.group(5)), Integer.parseInt(row.group(6))
                };
                Matcher name = NAME.matcher(row.group(1));
                while (name.find()) {
                    assertThat(table.put(ErrorCode.valueOf(name.group()), statuses))
                            .as(name.group() + " stands in one row")
                            .isNull();
                }
            }
        }
        return table;
    }
}
