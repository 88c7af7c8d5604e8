package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Handlers that complete later, and the controller's last word past those that never do. */
class AsyncHandlerTest {
    private final HandlerChain chain = chain();
    private final RecordingEnd end = new RecordingEnd();
    private final List<String> log = new ArrayList<>();
    private final Queue<CompletableFuture<Void>> stages = new ConcurrentLinkedQueue<>();
    private final PipelineHandler laterDown = onDownAsync(context -> later());
    private final PipelineHandler laterUp = onUpAsync(context -> later());

    private CompletionStage<Void> later() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        stages.add(stage);
        return stage;
    }

    @Test
    void theCommandGoesOnWhenTheStageCompletes() {
        chain.add(laterDown, in(Phase.AUTHENTICATE));
        chain.add(recorder(log, "VALIDATE"), in(Phase.VALIDATE));
        executed(chain, end);
        assertThat(log).isEmpty();

        stages.remove().complete(null);

        assertThat(log).containsExactly("down VALIDATE");
        assertThat(end.executed).hasSize(1);
    }

    @Test
    void aStageThatFailsLaterFailsTheCommandWithItsError() {
        chain.add(laterDown, in(Phase.AUTHENTICATE));
        executed(chain, end);

        stages.remove().completeExceptionally(new CommandException(error(ErrorCode.FORBIDDEN, Outcome.REFUSED)));

        assertThat(end.executed).isEmpty();
        assertThat(end.refused).containsExactly(error(ErrorCode.FORBIDDEN, Outcome.REFUSED));
    }

    @Test
    void partsWaitWhileOneIsUnderWayAndKeepTheirOrder() {
        chain.add(laterUp, in(Phase.DECORATE));
        Pipeline.Run run = executed(chain, end);

        run.up(data("a"));
        run.up(data("b"));
        run.up(complete("c"));
        assertThat(stages).hasSize(1);
        stages.remove().complete(null);
        assertThat(end.texts()).containsExactly("a");
        stages.remove().complete(null);
        stages.remove().complete(null);

        assertThat(end.texts()).containsExactly("a", "b", "c");
    }

    @Test
    void partsKeepTheirOrderWhenOtherThreadsCompleteTheStages() {
        ExecutorService others = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 5; i++) {
                chain.add(onUpAsync(context -> CompletableFuture.runAsync(() -> {}, others)), in(Phase.DECORATE, i));
            }
            Pipeline.Run run = executed(chain, end);

            List<String> expected =
                    IntStream.range(0, 2000).mapToObj(Integer::toString).toList();
            expected.forEach(text -> run.up(data(text)));
            run.up(complete("end"));

            eventually(() -> end.terminals() == 1);
            assertThat(end.texts().subList(0, 2000)).isEqualTo(expected);
            assertThat(end.overlaps).hasValue(0);
        } finally {
            others.shutdown();
        }
    }

    @Test
    void aHundredHandlersWhoseStagesCompleteAtOnceCostNoStack() {
        List<Integer> depths = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            // a minimal stage: whenComplete calls back before it returns
            chain.add(onBothAsync(depths), in(Phase.DECORATE, i));
        }

        executed(chain, end).up(complete("x"));

        assertThat(end.statuses()).containsExactly(PartStatus.COMPLETE);
        assertThat(depths).hasSize(200);
        assertThat(depths.subList(0, 100)).allMatch(depths.get(0)::equals);
        assertThat(depths.subList(100, 200)).allMatch(depths.get(100)::equals);
    }

    private static PipelineHandler onBothAsync(List<Integer> depths) {
        return new PipelineHandler() {
            @Override
            public CompletionStage<Void> down(io.sommelier.spi.Context context) {
                depths.add(Thread.currentThread().getStackTrace().length);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public CompletionStage<Void> up(io.sommelier.spi.Context context) {
                return down(context);
            }
        };
    }

    @Test
    void aStageThatCallsBackTwiceCountsOnce() {
        chain.add(onDownAsync(context -> new TwiceStage()), in(Phase.VALIDATE));

        executed(chain, end);

        assertThat(end.executed).hasSize(1);
        assertThat(end.refused).isEmpty();
    }

    /** A broken stage: it tells everybody twice. */
    private static final class TwiceStage extends CompletableFuture<Void> {
        @Override
        public CompletableFuture<Void> whenComplete(
                java.util.function.BiConsumer<? super Void, ? super Throwable> action) {
            action.accept(null, null);
            action.accept(null, new IllegalStateException());
            return this;
        }
    }

    @Test
    void theControllersWordOvertakesAPartThatIsStuck() {
        chain.add(laterUp, in(Phase.DECORATE));
        chain.add(recorder(log, "STATS"), in(Phase.STATS, ON_ERROR));
        Pipeline.Run run = executed(chain, end);
        run.up(data("stuck"));
        run.up(data("waits"));

        run.up(failed(ErrorCode.EXPIRED, Outcome.UNKNOWN));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(log).containsExactly("down STATS", "up STATS", "up STATS");
        stages.remove().complete(null);
        assertThat(end.sent).hasSize(1);
    }

    @Test
    void theControllersWordOvertakesATerminalThatIsStuck() {
        chain.add(laterUp, in(Phase.ENCODE));
        Pipeline.Run run = executed(chain, end);
        run.up(complete("stuck"));

        run.up(failed(ErrorCode.EXPIRED, Outcome.REPLY_LOST));
        stages.remove().completeExceptionally(new IllegalStateException());

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(end.aborted).isEmpty();
    }

    @Test
    void theControllersWordIsNotHeldUpByHandlersOfItsOwn() {
        chain.add(laterUp, in(Phase.ENCODE, ON_ERROR));
        Pipeline.Run run = executed(chain, end);

        run.up(failed(ErrorCode.CANCELLED, Outcome.UNKNOWN));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
    }

    @Test
    void theCountOfAnOvertakingTerminalIsThatOfThePartsThatWereSent() {
        chain.add(
                onUpAsync(context ->
                        context.part().orElseThrow().payload().asText().equals("stuck")
                                ? later()
                                : PipelineHandler.NEXT),
                in(Phase.ENCODE));
        Pipeline.Run run = executed(chain, end);
        run.up(data("a"));
        run.up(data("stuck"));

        run.up(Part.failed(error(ErrorCode.MEMBER_GONE, Outcome.UNKNOWN))
                .finalCount(2)
                .build());

        assertThat(end.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(end.last().finalCount()).isEqualTo(1);
    }

    @Test
    void aFailedPartOfTheMemberKeepsItsPlaceBehindTheParts() {
        chain.add(laterUp, in(Phase.DECORATE));
        Pipeline.Run run = executed(chain, end);

        run.up(data("a"));
        run.up(failed(ErrorCode.HANDLER_FAILED, Outcome.EXECUTED));
        stages.remove().complete(null);
        stages.remove().complete(null);

        assertThat(end.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
    }

    @Test
    void aCommandThatIsStuckOnItsWayDownIsNeitherExecutedNorRefusedAfterTheControllersWord() {
        chain.add(laterDown, in(Phase.AUTHENTICATE));
        Pipeline.Run run = executed(chain, end);

        run.up(failed(ErrorCode.EXPIRED, Outcome.NOT_SENT));
        stages.remove().complete(null);

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.executed).isEmpty();
        assertThat(end.refused).isEmpty();
    }

    @Test
    void noHandlerSeesThePartsThatWaitBehindAFailure() {
        chain.add(laterUp, in(Phase.RESPONSE));
        chain.add(recorder(log, "ENCODE"), in(Phase.ENCODE, ON_ERROR));
        Pipeline.Run run = executed(chain, end);
        run.up(data("a"));
        run.up(data("b"));
        run.up(complete("c"));

        stages.remove().completeExceptionally(new IllegalStateException());

        assertThat(log).containsExactly("up ENCODE");
        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
    }

    @Test
    void noHandlerIsCalledForWhatWasOvertaken() {
        chain.add(laterDown, in(Phase.AUTHENTICATE));
        chain.add(laterUp, in(Phase.DECORATE));
        chain.add(recorder(log, "VALIDATE"), in(Phase.VALIDATE));
        chain.add(recorder(log, "SEND"), in(Phase.SEND));
        Pipeline.Run stuckDown = executed(chain, end);
        stuckDown.up(failed(ErrorCode.EXPIRED, Outcome.NOT_SENT));
        stages.remove().complete(null);
        Pipeline.Run stuckUp = executed(chain, end);
        stages.remove().complete(null);
        assertThat(log).containsExactly("down VALIDATE");

        stuckUp.up(data("a"));
        stuckUp.up(failed(ErrorCode.EXPIRED, Outcome.UNKNOWN));
        stages.remove().complete(null);

        assertThat(log).hasSize(1);
        assertThat(end.statuses()).containsExactly(PartStatus.FAILED, PartStatus.FAILED);
    }

    @Test
    void theOwnFailureGoesOutWhenItIsStuckAndTheControllerSpeaks() {
        chain.add(onUp(context -> context.fail(error(ErrorCode.REPLY_DENIED, Outcome.REPLY_LOST))), in(Phase.RESPONSE));
        chain.add(laterUp, in(Phase.ENCODE, ON_ERROR));
        Pipeline.Run run = executed(chain, end);
        run.up(data("a"));
        assertThat(end.sent).isEmpty();

        run.up(failed(ErrorCode.CANCELLED, Outcome.UNKNOWN));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.REPLY_DENIED);
    }

    @Test
    void aWordThatComesWithinASendGoesOutBehindThatPart() {
        Pipeline.Run[] run = new Pipeline.Run[1];
        RecordingEnd cancelling = new RecordingEnd() {
            @Override
            public void send(Part part) {
                if (part.status() == PartStatus.DATA) {
                    run[0].up(failed(ErrorCode.CANCELLED, Outcome.UNKNOWN));
                }
                super.send(part);
            }
        };
        run[0] = executed(chain, cancelling);

        run[0].up(data("a"));

        assertThat(cancelling.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(cancelling.last().finalCount()).isEqualTo(1);
    }

    @Test
    void tooManyWaitingPartsEndTheReply() {
        chain.settings(new PipelineSettings(1024, 256, 1, 1, 16));
        chain.add(laterUp, in(Phase.DECORATE));
        Pipeline.Run run = executed(chain, end);

        for (int i = 0; i < 20; i++) {
            run.up(data("x"));
        }

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(end.lastError().outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(end.aborted).hasSize(1);
    }
}
