package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.stats.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonReportTest {
    @Test
    void aRowIsAnObjectWithTheFiguresOfBothSides() {
        Rounds rounds = new Rounds();
        rounds.add(sample(1000), sample(2000));

        String json = JsonReport.of(List.of(result(rounds)));

        assertThat(json).startsWith("[\n{").endsWith("}\n]\n");
        assertThat(json).contains("\"row\": \"tcp-64-256\", \"inflight\": 64, \"payload_bytes\": 256, \"rate\": 1000");
        assertThat(json)
                .contains(
                        "\"p50_us\": 1.5000",
                        "\"p99_us\": 2",
                        "\"p999_us\": 3",
                        "\"cpu_us\": 4",
                        "\"alloc_bytes\": 5",
                        "\"baseline_rate\": 2000",
                        "\"baseline_p50_us\": 1.5000",
                        "\"baseline_p99_us\": 2",
                        "\"baseline_cpu_us\": 4",
                        "\"baseline_alloc_bytes\": 5",
                        "\"ratio_rate\": 0.5000");
    }

    @Test
    void aFigureThatIsNotKnownIsNull() {
        Rounds rounds = new Rounds();
        rounds.add(sample(1000), sample(2000));

        assertThat(JsonReport.of(List.of(result(rounds)))).contains("\"middle_cpu_us\": null");
    }

    @Test
    void anAimSaysWhetherItWasMet() {
        Rounds rounds = new Rounds();
        rounds.add(sample(1000), sample(2000));

        assertThat(JsonReport.of(List.of(result(rounds))))
                .contains("\"aims\": [{\"aim\": \"rate >= 0.7 x baseline\", \"figure\": 0.5000, \"met\": false}]");
    }

    @Test
    void roundsThatLieFarApartMakeARowUnsteady() {
        Rounds rounds = new Rounds();
        rounds.add(sample(1000), sample(2000));
        rounds.add(sample(1250), sample(2000));

        assertThat(JsonReport.of(List.of(result(rounds)))).contains("\"unsteady\": true");
    }

    @Test
    void roundsThatLieCloseMakeASteadyRow() {
        Rounds rounds = new Rounds();
        rounds.add(sample(1000), sample(2000));
        rounds.add(sample(1100), sample(2100));

        assertThat(JsonReport.of(List.of(result(rounds)))).contains("\"unsteady\": false");
    }

    @Test
    void noRowsAreAnEmptyArray() {
        assertThat(JsonReport.of(List.of())).isEqualToIgnoringWhitespace("[]");
    }

    @Test
    void textIsQuoted() {
        assertThat(JsonReport.text("a \"b\" \\ \n")).isEqualTo("\"a \\\"b\\\" \\\\ \\u000a\"");
    }

    private static RowResult result(Rounds rounds) {
        Aim aim = Aim.rateOfBaseline(0.7);
        Row row = new Row("tcp-64-256", LoadShape.single(64, 256), aim);
        return RowResult.of(row, rounds, List.of(aim.judge(rounds, java.util.Map.of())));
    }

    private static Sample sample(double rate) {
        return new Sample(rate, 1.5, 2, 3, 4, 5, Double.NaN, Double.NaN);
    }
}
