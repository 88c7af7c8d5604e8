package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class CommandErrorTest {
    @Test
    void onlyWhatDidNotRunIsRetryable() {
        for (Outcome outcome : Outcome.values()) {
            CommandError error = CommandError.of(ErrorCode.OVERLOADED, outcome, Stage.ROUTING, "full");

            assertThat(error.retryable())
                    .as("%s", outcome)
                    .isEqualTo(outcome == Outcome.NOT_SENT || outcome == Outcome.REFUSED);
        }
    }

    @Test
    void aCodeThatIsNotRetryableByNatureNeverBecomesSo() {
        CommandError error =
                CommandError.of(ErrorCode.UNKNOWN_TARGET, Outcome.NOT_SENT, Stage.ROUTING, "nobody named it");

        assertThat(error.retryable()).isFalse();
    }

    @Test
    void messageOfTheMostCharactersIsKept() {
        String longest = "m".repeat(CommandError.MAX_MESSAGE);

        CommandError error = CommandError.executed(longest);

        assertThat(error.message()).isEqualTo(longest);
    }

    @Test
    void longerMessageIsCutAndEndsWithAnEllipsis() {
        CommandError error = CommandError.executed("m".repeat(CommandError.MAX_MESSAGE + 1));

        assertThat(error.message()).hasSize(CommandError.MAX_MESSAGE).endsWith("m…");
    }

    @Test
    void messageOfAGoodbyeIsCutInTheSameWay() {
        Goodbye goodbye = new Goodbye(CloseReason.NORMAL, true, "m".repeat(5000));

        assertThat(goodbye.message()).hasSize(CommandError.MAX_MESSAGE).endsWith("m…");
    }

    @Test
    void textSaysCodeOutcomeStageAndMessage() {
        CommandError error = CommandError.of(ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.STREAM, "too late");

        assertThat(error).hasToString("EXPIRED (UNKNOWN at STREAM): too late");
    }

    @Test
    void exceptionCarriesTheErrorAndNoStackTrace() {
        CommandError error = CommandError.executed("no such vintage");

        CommandException thrown = new CommandException(error);

        assertThat(thrown.error()).isSameAs(error);
        assertThat(thrown).hasMessage("HANDLER_FAILED (EXECUTED at EXECUTION): no such vintage");
        assertThat(thrown.getStackTrace()).isEmpty();
    }

    @Test
    void failureOfAStageIsFoundThroughItsWrappers() {
        CommandException thrown = new CommandException(CommandError.executed("corked"));

        assertThat(CommandException.of(thrown)).isSameAs(thrown);
        assertThat(CommandException.of(new CompletionException(new ExecutionException(thrown))))
                .isSameAs(thrown);
    }

    @Test
    void failureThatIsNoneOfACommandBecomesInternalAndUnknown() {
        CommandError error = CommandException.of(new CompletionException(new IllegalStateException("no glasses")))
                .error();

        assertThat(error.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(error.message()).isEqualTo("java.lang.IllegalStateException: no glasses");
    }

    @Test
    void exceptionKeepsTheFailedPartWithItsHeadersAndPayload() {
        Part failed = Part.failed(CommandError.executed("corked"))
                .headers(Headers.of("vintage", "1982"))
                .payload(Payload.ofText("{}"))
                .build();

        CommandException thrown = new CommandException(failed);

        assertThat(thrown.part()).containsSame(failed);
        assertThat(thrown.error()).isEqualTo(CommandError.executed("corked"));
        assertThat(new CommandException(CommandError.executed("corked")).part()).isEmpty();
    }

    @Test
    void partThatHasNotFailedMakesNoException() {
        Part completed = Part.complete(Payload.empty()).build();

        assertThatThrownBy(() -> new CommandException(completed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Part[COMPLETE after 0, 0 bytes] has not failed");
    }
}
