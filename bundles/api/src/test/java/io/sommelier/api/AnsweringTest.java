package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The adapters for one answer. */
class AnsweringTest {
    private final Invocation invocation = new Invocation(
            Command.to("cellar", "pour").payload(Payload.ofText("claret")).build(), "", "", 1, System::nanoTime);
    private final HandResponder responder = new HandResponder(0);

    private void answerLater(CompletionStage<Payload> stage) throws Exception {
        CommandHandler.answeringLater(ignored -> stage).handle(invocation, responder);
    }

    @Test
    void whatTheFunctionReturnsCompletesTheCommandWithoutCredit() throws Exception {
        CommandHandler.answering(Invocation::payload).handle(invocation, responder);

        assertThat(responder.parts()).hasSize(1);
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(responder.terminal().payload().asText()).isEqualTo("claret");
    }

    @Test
    void nullFromTheFunctionIsABadReply() throws Exception {
        CommandHandler.answering(ignored -> null).handle(invocation, responder);

        assertThat(responder.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(responder.error().outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(responder.error().stage()).isEqualTo(Stage.EXECUTION);
        assertThat(responder.error().message()).isEqualTo("the handler answered null");
    }

    @Test
    void whatTheFunctionThrowsIsThrownOn() {
        IllegalStateException corked = new IllegalStateException("corked");
        CommandHandler handler = CommandHandler.answering(ignored -> {
            throw corked;
        });

        assertThatThrownBy(() -> handler.handle(invocation, responder)).isSameAs(corked);
        assertThat(responder.parts()).isEmpty();
    }

    @Test
    void stageThatCompletesLaterCompletesTheCommandThen() throws Exception {
        CompletableFuture<Payload> stage = new CompletableFuture<>();
        answerLater(stage);
        boolean endedBefore = responder.isEnded();

        stage.complete(Payload.ofText("poured"));

        assertThat(endedBefore).isFalse();
        assertThat(responder.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void nullAsStageOrInTheStageIsABadReply() throws Exception {
        HandResponder second = new HandResponder(0);

        answerLater(null);
        CommandHandler.answeringLater(ignored -> CompletableFuture.<Payload>completedFuture(null))
                .handle(invocation, second);

        assertThat(responder.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(second.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
    }

    @Test
    void stageThatFailsFailsTheCommandWithTheTextOfTheException() throws Exception {
        answerLater(CompletableFuture.failedStage(new IllegalStateException("corked")));

        assertThat(responder.error()).isEqualTo(CommandError.executed("java.lang.IllegalStateException: corked"));
    }

    @Test
    void errorThatTheStageFailsWithIsKeptThroughItsWrappers() throws Exception {
        CommandError quota = CommandError.of(ErrorCode.QUOTA_EXCEEDED, Outcome.REFUSED, Stage.EXECUTION, "enough");

        answerLater(CompletableFuture.failedStage(
                new CompletionException(new ExecutionException(new CommandException(quota)))));

        assertThat(responder.error()).isEqualTo(quota);
    }

    @Test
    void wrapperWithoutACauseIsTakenForTheFailure() throws Exception {
        answerLater(CompletableFuture.failedStage(new CompletionException("alone", null)));

        assertThat(responder.error().message()).isEqualTo("java.util.concurrent.CompletionException: alone");
    }

    @Test
    void cancelledCommandCancelsTheFutureAndNothingIsAnswered() throws Exception {
        CompletableFuture<Payload> stage = new CompletableFuture<>();
        answerLater(stage);

        responder.cancel();

        assertThat(stage).isCancelled();
        assertThat(responder.parts()).isEmpty();
    }

    @Test
    void commandThatWasCancelledBeforeItsStageExistsCancelsIt() throws Exception {
        CompletableFuture<Payload> stage = new CompletableFuture<>();
        responder.cancel();

        answerLater(stage);

        assertThat(stage).isCancelled();
    }

    @Test
    void stageThatIsNoFutureIsLeftAloneByACancel() throws Exception {
        CompletableFuture<Payload> source = new CompletableFuture<>();
        answerLater(source.minimalCompletionStage());

        responder.cancel();
        source.complete(Payload.ofText("too late"));

        assertThat(responder.parts()).isEmpty();
        assertThat(responder.late()).isEqualTo(1);
    }
}
