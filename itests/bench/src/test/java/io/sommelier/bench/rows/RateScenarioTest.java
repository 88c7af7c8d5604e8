package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Usage;
import io.sommelier.bench.party.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateScenarioTest {
    private static final Plan BRIEF =
            Plan.standard().withRounds(3).withWindow(1).withWarmUp(1);

    @Test
    void aSideThatTwoRowsShareIsMeasuredOnceInEachRound() {
        Counted ours = new Counted();
        Counted one = new Counted();
        Counted other = new Counted();
        LoadShape shape = LoadShape.single(1, 1);
        RateScenario scenario = new RateScenario(
                List.of(new Row("a", shape), new Row("b", shape)),
                (rows, plan, resources) ->
                        List.of(new RateScenario.Pair(ours, one), new RateScenario.Pair(ours, other)));

        List<RowResult> results = scenario.run(BRIEF);

        assertThat(List.of(ours.starts, one.starts, other.starts)).containsOnly(1 + BRIEF.rounds());
        assertThat(results).extracting(row -> row.figure("rounds")).containsOnly(3.0);
    }

    private static final class Counted implements Subject {
        private int starts;

        @Override
        public void start() {
            starts++;
        }

        @Override
        public void stop() {}

        @Override
        public Window window() {
            return new Window(1, 1, 1, 1, 1);
        }

        @Override
        public Usage usage() {
            return Usage.UNKNOWN;
        }

        @Override
        public Usage middleUsage() {
            return Usage.UNKNOWN;
        }
    }
}
