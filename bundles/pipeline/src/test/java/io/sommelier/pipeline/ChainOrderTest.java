package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.PartStatus;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of the chain, and who is in it (GD-04 to GD-19, scenario 13). */
class ChainOrderTest {
    private final HandlerChain chain = chain();
    private final RecordingEnd end = new RecordingEnd();
    private final List<String> log = new ArrayList<>();

    @Test
    void callsEveryPhaseInTheOrderOfItsWayHoweverHandlersCame() {
        List<Phase> phases = new ArrayList<>(List.of(Phase.values()));
        Collections.shuffle(phases, new Random(4));
        phases.forEach(phase -> chain.add(recorder(log, phase.name()), in(phase)));

        executed(chain, end).up(complete("x"));

        assertThat(log)
                .containsExactly(
                        "down COLLECT",
                        "down METADATA",
                        "down DECODE",
                        "down DECORATE",
                        "down AUTHENTICATE",
                        "down AUTHORIZE",
                        "down VALIDATE",
                        "down STATS",
                        "down EXECUTE",
                        "up RESPONSE",
                        "up STATS",
                        "up AUTHORIZE_RESPONSE",
                        "up EXCEPTION",
                        "up DECORATE",
                        "up RESPONSE_METADATA",
                        "up ENCODE",
                        "up SEND");
    }

    @Test
    void callsTheHandlersOfEachPartBeforeThePartIsSentAndTheNextComes() {
        chain.add(
                onUp(context -> log.add(context.part().orElseThrow().payload().asText() + end.sent.size())),
                in(Phase.SEND));
        Pipeline.Run run = executed(chain, end);

        run.up(data("a"));
        run.up(data("b"));
        run.up(complete("c"));

        assertThat(log).containsExactly("a0", "b1", "c2");
        assertThat(end.texts()).containsExactly("a", "b", "c");
    }

    @Test
    void executesBehindTheLastHandlerOfTheWayDown() {
        chain.add(onDown(context -> log.add("executed " + end.executed.size())), in(Phase.EXECUTE));

        executed(chain, end);

        assertThat(log).containsExactly("executed 0");
        assertThat(end.executed).hasSize(1);
    }

    @Test
    void putsHigherRankingFirstDownAndLastUpAndKeepsTiesInTheOrderTheyCame() {
        chain.add(recorder(log, "low"), in(Phase.DECORATE, -5));
        chain.add(recorder(log, "tie1"), in(Phase.DECORATE));
        chain.add(recorder(log, "high"), in(Phase.DECORATE, 7));
        chain.add(recorder(log, "tie2"), in(Phase.DECORATE, 0));

        executed(chain, end).up(complete("x"));

        assertThat(log)
                .containsExactly(
                        "down high", "down tie1", "down tie2", "down low", "up low", "up tie2", "up tie1", "up high");
    }

    @Test
    void keepsThePlaceAmongTiesWhenAHandlerIsReplaced() {
        PipelineHandler former = recorder(log, "former");
        chain.add(former, in(Phase.VALIDATE));
        chain.add(recorder(log, "second"), in(Phase.VALIDATE));

        assertThat(chain.replace(former, recorder(log, "new"), in(Phase.VALIDATE)))
                .isTrue();

        executed(chain, end);
        assertThat(log).containsExactly("down new", "down second");
    }

    @Test
    void movesAHandlerWhosePropertiesChange() {
        PipelineHandler handler = recorder(log, "moved");
        chain.add(recorder(log, "fixed"), in(Phase.DECODE));
        chain.add(handler, in(Phase.COLLECT));

        chain.add(handler, in(Phase.VALIDATE));

        executed(chain, end);
        assertThat(log).containsExactly("down fixed", "down moved");
    }

    @Test
    void refusesAHandlerWithoutPhaseOrWithAnUnknownOne() {
        assertThat(chain.add(recorder(log, "none"), Map.of())).isFalse();
        assertThat(chain.add(recorder(log, "other"), Map.of(PipelineHandler.PHASE, "BEFORE")))
                .isFalse();
        assertThat(chain.add(recorder(log, "lower"), Map.of(PipelineHandler.PHASE, "collect")))
                .isFalse();

        executed(chain, end).up(complete("x"));
        assertThat(log).isEmpty();
        assertThat(end.statuses()).containsExactly(PartStatus.COMPLETE);
    }

    @Test
    void refusesAHandlerThatWouldNeverBeCalled() {
        assertThat(chain.add(onUp(context -> log.add("up")), in(Phase.AUTHENTICATE)))
                .isFalse();
        assertThat(chain.add(onDown(context -> log.add("down")), in(Phase.ENCODE)))
                .isFalse();
    }

    @Test
    void callsNoHandlerThatWasRemoved() {
        PipelineHandler handler = recorder(log, "gone");
        chain.add(handler, in(Phase.STATS));

        assertThat(chain.remove(handler)).isTrue();
        assertThat(chain.remove(handler)).isFalse();

        executed(chain, end).up(complete("x"));
        assertThat(log).isEmpty();
    }

    @Test
    void takesAReplyThatComesWithinTheExecution() {
        Pipeline.Run[] run = new Pipeline.Run[1];
        RecordingEnd answering = new RecordingEnd() {
            @Override
            public void execute(io.sommelier.api.Command command) {
                super.execute(command);
                run[0].up(data("a"));
                run[0].up(complete("b"));
            }
        };
        run[0] = open(chain, answering);

        run[0].down();

        assertThat(answering.texts()).containsExactly("a", "b");
    }

    @Test
    void takesPartsThatComeWithinASendWithoutGrowingTheStack() {
        int parts = 50_000;
        Pipeline.Run[] run = new Pipeline.Run[1];
        RecordingEnd asking = new RecordingEnd() {
            private int count;

            @Override
            public void send(io.sommelier.api.Part part) {
                if (++count < parts) {
                    run[0].up(data("x"));
                } else if (count == parts) {
                    run[0].up(complete("end"));
                } else {
                    super.send(part);
                }
            }
        };
        run[0] = executed(chain, asking);

        run[0].up(data("x"));

        assertThat(asking.texts()).containsExactly("end");
    }
}
