package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PendingCallTest {
    private static final Command COMMAND = Command.to("target", "operation").build();

    /** Cancel ends it as a controller in the same JVM would: before the cancel returns. */
    private static final class RecordedCall extends PendingCall {
        final List<Long> credit = new ArrayList<>();
        final List<String> cancels = new ArrayList<>();

        RecordedCall() {
            super(COMMAND);
        }

        RecordedCall(ReplyListener listener) {
            super(COMMAND, listener);
        }

        @Override
        protected void sendCredit(long bytes) {
            credit.add(bytes);
        }

        @Override
        protected void sendCancel(String reason) {
            cancels.add(reason);
            part(failed(ErrorCode.CANCELLED, Outcome.UNKNOWN));
        }
    }

    private static Part failed(ErrorCode code, Outcome outcome) {
        return Part.failed(CommandError.of(code, outcome, Stage.REPLY_WAIT, "made up"))
                .build();
    }

    private static Part data(int bytes) {
        return Part.data(Payload.copyOf(new byte[bytes])).build();
    }

    private static Part complete(String text) {
        return Part.complete(Payload.ofText(text)).build();
    }

    private static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        assertThat(future).isDone();
        return future.join();
    }

    private static CommandError errorOf(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        assertThat(future).isDone();
        return future.handle((value, failure) -> {
                    Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
                    return ((CommandException) cause).error();
                })
                .join();
    }

    @Test
    void aSingleAnswerCompletesResultAndAdmittedHoweverLateTheyAreAskedFor() {
        RecordedCall early = new RecordedCall();
        var result = early.result();
        var admitted = early.admitted();
        RecordedCall late = new RecordedCall();

        early.part(complete("wine"));
        late.part(complete("wine"));

        assertThat(now(result).payload().asText()).isEqualTo("wine");
        assertThat(now(late.result()).payload().asText()).isEqualTo("wine");
        assertThat(now(admitted)).isNull();
        assertThat(now(late.admitted())).isNull();
    }

    @Test
    void gathersDataAndGivesCreditBackInSteps() {
        RecordedCall call = new RecordedCall();
        int step = (int) CommandSender.INITIAL_CREDIT_BYTES / 2;

        call.part(data(step - 1));
        assertThat(call.credit).isEmpty();
        call.part(data(1));
        call.part(data(5));
        call.part(complete("end"));

        assertThat(call.credit).containsExactly(step - 1L + Part.MIN_COST_BYTES);
        Reply reply = now(call.result());
        assertThat(reply.data()).hasSize(3);
        assertThat(reply.payload().size()).isEqualTo(step + 5 + 3);
    }

    @Test
    void givesCreditBackForEmptyPartsToo() {
        RecordedCall call = new RecordedCall();
        int parts = (int) CommandSender.INITIAL_CREDIT_BYTES / Part.MIN_COST_BYTES;

        for (int i = 0; i < parts; i++) {
            call.part(data(0));
        }

        assertThat(call.credit.stream().mapToLong(Long::longValue).sum()).isEqualTo(CommandSender.INITIAL_CREDIT_BYTES);
    }

    @Test
    void ofEmptyPartsOnlySoManyAreGatheredAsTheirCostAllows() {
        RecordedCall call = new RecordedCall();
        int most = (int) CommandSender.MAX_GATHERED_BYTES / Part.MIN_COST_BYTES;

        for (int i = 0; i < most; i++) {
            call.part(data(0));
        }
        assertThat(call.cancels).isEmpty();
        call.part(data(0));

        assertThat(call.cancels).hasSize(1);
        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
    }

    @Test
    void aReplyThatIsTooLargeToGatherIsCancelledFirstAndThenLost() {
        RecordedCall call = new RecordedCall();
        List<Integer> cancelsAtTheEnd = new ArrayList<>();
        call.result().whenComplete((reply, failure) -> cancelsAtTheEnd.add(call.cancels.size()));

        for (int i = 0; i <= 16; i++) {
            call.part(data(1024 * 1024));
        }

        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(errorOf(call.result()).outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(cancelsAtTheEnd).containsExactly(1);
    }

    @Test
    void aTerminalThatIsTooLargeToGatherIsLostWithoutACancel() {
        RecordedCall call = new RecordedCall();

        call.part(Part.complete(Payload.copyOf(new byte[(int) CommandSender.MAX_GATHERED_BYTES + 1]))
                .build());

        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(call.cancels).isEmpty();
    }

    @Test
    void exactlyAsMuchAsMayBeGatheredIsGathered() {
        RecordedCall call = new RecordedCall();

        call.part(data((int) CommandSender.MAX_GATHERED_BYTES));
        call.part(complete(""));

        assertThat(now(call.result()).payload().size()).isEqualTo((int) CommandSender.MAX_GATHERED_BYTES);
    }

    @Test
    void aFailureFailsTheResultWithItsError() {
        RecordedCall call = new RecordedCall();

        call.part(failed(ErrorCode.UNKNOWN_TARGET, Outcome.REFUSED));

        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
        assertThat(errorOf(call.admitted()).code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
    }

    @Test
    void aFailureOfTheHandlerTellsThatTheCommandWasAdmitted() {
        RecordedCall call = new RecordedCall();

        call.part(failed(ErrorCode.HANDLER_FAILED, Outcome.EXECUTED));

        assertThat(now(call.admitted())).isNull();
    }

    @Test
    void aFailureAfterTheAdmissionTakesNothingBack() {
        RecordedCall call = new RecordedCall();

        call.confirmAdmitted();
        call.part(failed(ErrorCode.EXPIRED, Outcome.NOT_SENT));

        assertThat(now(call.admitted())).isNull();
        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.EXPIRED);
    }

    @Test
    void theListenerGetsEachPartAndTheResultCompletesAfterIt() {
        List<Object> events = new ArrayList<>();
        RecordedCall call = new RecordedCall((known, part) -> events.add(part.status()));
        call.result().thenAccept(events::add);
        Part terminal = complete("end");

        call.part(data(3));
        call.part(terminal);
        call.part(data(3));

        assertThat(events).containsExactly(PartStatus.DATA, PartStatus.COMPLETE, new Reply(List.of(), terminal));
        assertThat(call.credit).isEmpty();
    }

    @Test
    void aListenerThatThrowsCancelsTheCallAndStillGetsTheTerminal() {
        List<PartStatus> seen = new ArrayList<>();
        RecordedCall call = new RecordedCall((known, part) -> {
            seen.add(part.status());
            throw new IllegalStateException("made up");
        });

        call.part(data(3));
        call.part(data(3));

        assertThat(seen).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(call.cancels).hasSize(1);
        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aListenerThatThrowsAtTheTerminalStillHasAResult() {
        RecordedCall call = new RecordedCall((known, part) -> {
            throw new AssertionError("made up");
        });

        call.part(complete("end"));

        assertThat(now(call.result()).payload().asText()).isEqualTo("end");
        assertThat(call.cancels).isEmpty();
    }

    @Test
    void aCancelFromInsideTheListenerBringsTheTerminalAfterItReturns() {
        List<String> events = new ArrayList<>();
        RecordedCall call = new RecordedCall((known, part) -> {
            events.add("begin " + part.status());
            if (part.status() == PartStatus.DATA) {
                known.cancel("enough");
            }
            events.add("end " + part.status());
        });

        call.part(data(1));

        assertThat(events).containsExactly("begin DATA", "end DATA", "begin FAILED", "end FAILED");
    }

    @Test
    void afterTheEndCreditAndCancelAreIgnored() {
        RecordedCall call = new RecordedCall();
        call.part(complete("end"));

        call.request(5);
        call.cancel("late");

        assertThat(call.credit).isEmpty();
        assertThat(call.cancels).isEmpty();
        assertThat(call.isEnded()).isTrue();
    }

    @Test
    void aRequestForNothingIsABadArgument() {
        RecordedCall call = new RecordedCall();

        assertThatThrownBy(() -> call.request(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call.request(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void callsWhoseEndEndsTheNextNeverExhaustTheStack() {
        int calls = 20_000;
        RecordedCall[] chain = new RecordedCall[calls];
        for (int i = 0; i < calls; i++) {
            chain[i] = new RecordedCall();
        }
        for (int i = 1; i < calls; i++) {
            RecordedCall next = chain[i];
            chain[i - 1].result().thenAccept(reply -> next.part(reply.terminal()));
        }

        chain[0].part(complete("end"));

        assertThat(chain[calls - 1].result().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void whoeverAsksForTheStagesWhileTheEndComesGetsIt() throws Exception {
        int runs = 20_000;
        RecordedCall[] current = new RecordedCall[1];
        CyclicBarrier barrier = new CyclicBarrier(2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> ending = other.submit(() -> {
            for (int i = 0; i < runs; i++) {
                barrier.await();
                current[0].part(complete("end"));
                barrier.await();
            }
            return null;
        });

        for (int i = 0; i < runs; i++) {
            current[0] = new RecordedCall();
            barrier.await();
            var result = current[0].result();
            var admitted = current[0].admitted();
            barrier.await();
            assertThat(now(result).payload().asText()).isEqualTo("end");
            assertThat(now(admitted)).isNull();
        }
        ending.get();
        other.shutdown();
    }
}
