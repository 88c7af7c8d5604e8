package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a failure in the chain skips, and what becomes of it (GD-13 to GD-15, GD-20, scenario 13). */
class FailureTest {
    private static final CommandError DENIED =
            CommandError.of(ErrorCode.REPLY_DENIED, Outcome.REPLY_LOST, Stage.RETURN, "not for you");

    private final HandlerChain chain = chain();
    private final RecordingEnd end = new RecordingEnd();
    private final List<String> log = new ArrayList<>();

    @Test
    void afterAFailedAuthenticationOnlyHandlersThatRunOnErrorsAreCalled() {
        for (Phase phase : List.of(Phase.AUTHORIZE, Phase.VALIDATE, Phase.EXECUTE, Phase.RESPONSE, Phase.DECORATE)) {
            chain.add(recorder(log, phase.name()), in(phase, -1));
        }
        for (Phase phase : List.of(Phase.STATS, Phase.EXCEPTION, Phase.ENCODE, Phase.SEND)) {
            chain.add(recorder(log, phase.name()), in(phase, ON_ERROR));
        }
        chain.add(
                onDown(context -> context.fail(error(ErrorCode.UNAUTHENTICATED, Outcome.REFUSED))),
                in(Phase.AUTHENTICATE));

        Pipeline.Run run = executed(chain, end);
        run.up(Part.failed(end.refused.get(0)).build());

        assertThat(log)
                .containsExactly("down DECORATE", "down STATS", "up STATS", "up EXCEPTION", "up ENCODE", "up SEND");
        assertThat(end.executed).isEmpty();
        assertThat(end.refused).hasSize(1);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void theFirstFailureCounts() {
        chain.add(onDown(context -> context.fail(error(ErrorCode.UNAUTHENTICATED, Outcome.REFUSED))), in(Phase.DECODE));
        chain.add(
                onDown(context -> context.fail(error(ErrorCode.FORBIDDEN, Outcome.REFUSED))),
                in(Phase.STATS, ON_ERROR));

        executed(chain, end);

        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void anExceptionOnTheWayDownIsAnInternalRefusalWithoutItsText() {
        chain.add(
                onDown(context -> {
                    throw new IllegalStateException("secret");
                }),
                in(Phase.VALIDATE));

        executed(chain, end);

        assertThat(end.executed).isEmpty();
        CommandError error = end.refused.get(0);
        assertThat(error.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.stage()).isEqualTo(Stage.PIPELINE);
        assertThat(error.message()).contains(FailureTest.class.getPackageName()).doesNotContain("secret");
    }

    @Test
    void aThrownCommandExceptionChoosesTheErrorButNotAnUntrueOutcome() {
        chain.add(
                onDown(context -> {
                    throw new CommandException(error(ErrorCode.QUOTA_EXCEEDED, Outcome.EXECUTED));
                }),
                in(Phase.AUTHORIZE));

        executed(chain, end);

        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.QUOTA_EXCEEDED);
        assertThat(end.refused).extracting(CommandError::outcome).containsExactly(Outcome.REFUSED);
    }

    @Test
    void nullInsteadOfAStageIsAFailure() {
        chain.add(onDownAsync(context -> null), in(Phase.VALIDATE));

        executed(chain, end);

        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.INTERNAL);
    }

    @Test
    void aStageThatFailsFailsTheCommand() {
        chain.add(
                onDownAsync(context -> CompletableFuture.failedStage(new IllegalStateException())), in(Phase.VALIDATE));

        executed(chain, end);

        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.INTERNAL);
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {
                "RESPONSE",
                "STATS",
                "AUTHORIZE_RESPONSE",
                "EXCEPTION",
                "DECORATE",
                "RESPONSE_METADATA",
                "ENCODE",
                "SEND"
            })
    void anExceptionOnTheWayUpEndsTheReplyOnceInAnyPhase(Phase phase) {
        chain.add(
                onUp(context -> {
                    throw new IllegalStateException();
                }),
                in(phase));
        Pipeline.Run run = executed(chain, end);

        run.up(data("a"));
        run.up(data("b"));
        run.up(complete("c"));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(end.lastError().outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(end.aborted).containsExactly(end.lastError());
    }

    @Test
    void aBrokenEncoderIsAnsweredPastTheHandlersThatAreLeft() {
        chain.add(recorder(log, "SEND"), in(Phase.SEND, ON_ERROR));
        chain.add(
                onUp(context -> {
                    throw new IllegalStateException();
                }),
                in(Phase.ENCODE));

        executed(chain, end).up(complete("x"));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(log).isEmpty();
    }

    @Test
    void anExceptionBeforeTheExceptionPhasePassesTheHandlersThatRunOnErrors() {
        chain.add(
                onUp(context -> {
                    throw new IllegalStateException();
                }),
                in(Phase.RESPONSE));
        chain.add(recorder(log, "STATS"), in(Phase.STATS, ON_ERROR));
        chain.add(
                onUp(context -> log.add("sees " + context.part().orElseThrow().status())), in(Phase.ENCODE, ON_ERROR));

        executed(chain, end).up(complete("x"));

        assertThat(log).containsExactly("down STATS", "up STATS", "sees FAILED");
    }

    @Test
    void aDenialInMidStreamEndsTheStreamAndTellsTheWorker() {
        chain.add(
                onUp(context -> {
                    if (context.part().orElseThrow().payload().asText().equals("secret")) {
                        context.fail(DENIED);
                    }
                }),
                in(Phase.AUTHORIZE_RESPONSE));
        Pipeline.Run run = executed(chain, end);

        run.up(data("a"));
        run.up(data("b"));
        run.up(data("secret"));
        run.up(data("c"));
        run.up(complete(""));

        assertThat(end.statuses()).containsExactly(PartStatus.DATA, PartStatus.DATA, PartStatus.FAILED);
        assertThat(end.lastError()).isEqualTo(DENIED);
        assertThat(end.last().finalCount()).isEqualTo(2);
        assertThat(end.aborted).containsExactly(DENIED);
    }

    @Test
    void aDeniedTerminalBecomesFailedWithoutPayloadAndNobodyIsTold() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.AUTHORIZE_RESPONSE));

        executed(chain, end).up(complete("secret"));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.last().payload().isEmpty()).isTrue();
        assertThat(end.aborted).isEmpty();
    }

    @Test
    void theFailureIsAPartFromTheExceptionPhaseOn() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.RESPONSE));
        for (Phase phase : List.of(Phase.STATS, Phase.AUTHORIZE_RESPONSE, Phase.EXCEPTION, Phase.SEND)) {
            chain.add(
                    onUp(context ->
                            log.add(phase + " " + context.part().orElseThrow().status())),
                    in(phase, ON_ERROR));
        }

        executed(chain, end).up(complete("x"));

        assertThat(log)
                .containsExactly("STATS COMPLETE", "AUTHORIZE_RESPONSE COMPLETE", "EXCEPTION FAILED", "SEND FAILED");
    }

    @Test
    void aSecondExceptionWhileTheFailureGoesUpIsAnsweredWithTheFirstFailure() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.RESPONSE));
        chain.add(
                onUp(context -> {
                    throw new IllegalStateException();
                }),
                in(Phase.STATS, ON_ERROR));

        executed(chain, end).up(data("x"));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError()).isEqualTo(DENIED);
    }

    @Test
    void aFailedPartOfTheMemberIsAReplyThatPassesEveryHandler() {
        chain.add(recorder(log, "AUTHORIZE_RESPONSE"), in(Phase.AUTHORIZE_RESPONSE));
        chain.add(recorder(log, "ENCODE"), in(Phase.ENCODE));

        executed(chain, end).up(failed(ErrorCode.HANDLER_FAILED, Outcome.EXECUTED));

        assertThat(log).containsExactly("up AUTHORIZE_RESPONSE", "up ENCODE");
        assertThat(end.lastError().code()).isEqualTo(ErrorCode.HANDLER_FAILED);
    }

    @Test
    void aDenialOfAFailedPartKeepsItsOutcome() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.AUTHORIZE_RESPONSE));

        executed(chain, end).up(failed(ErrorCode.MEMBER_BUSY, Outcome.REFUSED));

        assertThat(end.lastError().code()).isEqualTo(ErrorCode.REPLY_DENIED);
        assertThat(end.lastError().outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void aFailureOnTheWayUpNeverClaimsThatNothingWasExecuted() {
        chain.add(onUp(context -> context.fail(error(ErrorCode.FORBIDDEN, Outcome.REFUSED))), in(Phase.RESPONSE));

        executed(chain, end).up(complete("x"));

        assertThat(end.lastError().outcome()).isEqualTo(Outcome.REPLY_LOST);
    }

    @Test
    void aFailureCannotBeTurnedIntoSuccess() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.RESPONSE));
        chain.add(onUp(context -> context.part(complete("fine"))), in(Phase.ENCODE, ON_ERROR));

        executed(chain, end).up(complete("x"));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(end.lastError()).isEqualTo(DENIED);
    }

    @Test
    void anExceptionHandlerMayWriteTheFailedPartAnew() {
        chain.add(onUp(context -> context.fail(DENIED)), in(Phase.RESPONSE));
        chain.add(
                onUp(context -> context.part(context.part().orElseThrow().toBuilder()
                        .payload(Payload.ofText("{}"))
                        .headers(Headers.of("a", "b"))
                        .build())),
                in(Phase.EXCEPTION, ON_ERROR));

        executed(chain, end).up(complete("x"));

        assertThat(end.texts()).containsExactly("{}");
        assertThat(end.lastError()).isEqualTo(DENIED);
    }

    @Test
    void aVirtualMachineErrorIsRethrownAndTheControllersWordStillGetsOut() {
        chain.add(
                onDown(context -> {
                    throw new OutOfMemoryError("test");
                }),
                in(Phase.VALIDATE));
        Pipeline.Run run = open(chain, end);

        assertThatThrownBy(run::down).isInstanceOf(OutOfMemoryError.class);
        run.up(failed(ErrorCode.EXPIRED, Outcome.NOT_SENT));

        assertThat(end.executed).isEmpty();
        assertThat(end.refused).isEmpty();
        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
    }

    @Test
    void anEndThatThrowsDoesNotStopTheParts() {
        RecordingEnd broken = new RecordingEnd() {
            @Override
            public void send(Part part) {
                super.send(part);
                throw new IllegalStateException("broken end");
            }
        };
        Pipeline.Run run = executed(chain, broken);

        run.up(data("a"));
        run.up(complete("b"));

        assertThat(broken.texts()).containsExactly("a", "b");
    }

    @Test
    void whatComesAfterTheTerminalIsDropped() {
        Pipeline.Run run = executed(chain, end);

        run.up(complete("a"));
        run.up(data("late"));
        run.up(complete("late"));
        run.up(failed(ErrorCode.EXPIRED, Outcome.UNKNOWN));

        assertThat(end.texts()).containsExactly("a");
    }

    @Test
    void countsEndsByCodeWhateverTheirWay() {
        chain.add(onDown(context -> context.fail(error(ErrorCode.FORBIDDEN, Outcome.REFUSED))), in(Phase.AUTHORIZE));
        Pipeline.Run run = executed(chain, end);

        run.up(Part.failed(end.refused.get(0)).build());

        PipelineView view = chain.view();
        assertThat(view.commands()).isEqualTo(1);
        assertThat(view.completed()).isZero();
        assertThat(view.failed()).containsOnlyKeys(ErrorCode.FORBIDDEN).containsValue(1L);
    }
}
