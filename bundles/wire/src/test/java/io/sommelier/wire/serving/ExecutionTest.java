package io.sommelier.wire.serving;

import static io.sommelier.api.PartStatus.ACCEPTED;
import static io.sommelier.api.PartStatus.COMPLETE;
import static io.sommelier.api.PartStatus.DATA;
import static io.sommelier.api.PartStatus.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ExecutionTest {
    private static final CommandHandler SILENT = (invocation, responder) -> {};
    private static final Payload TEN_BYTES = Payload.ofText("0123456789");
    /** What a part of at most so many bytes costs. */
    private static final int COST = Part.MIN_COST_BYTES;

    @Test
    void numbersDataFromZeroAndCountsItInTheTerminal() {
        var execution = RecordedExecution.direct(
                (invocation, responder) -> {
                    responder.accept(Part.accepted().build());
                    responder.data(TEN_BYTES);
                    responder.data(Part.data(TEN_BYTES).build());
                    responder.data(
                            Part.data(TEN_BYTES).sequence(77).finalCount(5).build());
                    responder.complete(Payload.empty());
                },
                1000);

        execution.start();

        assertThat(execution.statuses()).containsExactly(ACCEPTED, DATA, DATA, DATA, COMPLETE);
        assertThat(execution.parts).extracting(Part::sequence).containsExactly(0L, 0L, 1L, 2L, 0L);
        assertThat(execution.parts).extracting(Part::finalCount).containsExactly(0L, 0L, 0L, 0L, 3L);
    }

    @Test
    void takesAPartOfAnySizeWhileThereIsCreditAndNoneWithout() {
        var execution = RecordedExecution.direct(SILENT, 1);

        boolean first = execution.data(TEN_BYTES);
        boolean second = execution.data(TEN_BYTES);
        execution.credit(COST - 1);
        boolean third = execution.data(TEN_BYTES);
        execution.credit(1);
        boolean fourth = execution.data(TEN_BYTES);

        assertThat(List.of(first, second, third, fourth)).containsExactly(true, false, false, true);
        assertThat(execution.parts).hasSize(2);
    }

    @Test
    void aPartCostsItsPayloadAndASmallOrEmptyOneTheLeastCost() {
        for (int size : new int[] {0, 1, COST - 1, COST, COST + 1, 10 * COST}) {
            var execution = RecordedExecution.direct(SILENT, 100L * COST);

            while (execution.data(Payload.copyOf(new byte[size]))) {
                assertThat(execution.parts.size()).isLessThanOrEqualTo(100);
            }

            int cost = Math.max(COST, size);
            assertThat(execution.parts).as("parts of %d bytes", size).hasSize((100 * COST + cost - 1) / cost);
        }
    }

    @Test
    void creditThatWouldOverflowCountsAsEndless() {
        var execution = RecordedExecution.direct(SILENT, Long.MAX_VALUE);

        execution.credit(Long.MAX_VALUE);

        assertThat(execution.data(TEN_BYTES)).isTrue();
    }

    @Test
    void theFirstTerminalWinsAndWhatComesLaterIsDropped() {
        var execution = RecordedExecution.direct(SILENT, 1000);

        execution.complete(TEN_BYTES);
        execution.complete(TEN_BYTES);
        execution.fail("too late");
        execution.accept(Part.accepted().build());
        boolean taken = execution.data(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(COMPLETE);
        assertThat(taken).isTrue();
        assertThat(execution.late).hasValue(4);
        assertThat(execution.isEnded()).isTrue();
    }

    @Test
    void aSecondAcceptIsDroppedAndSoIsOneAfterData() {
        var execution = RecordedExecution.direct(SILENT, 1000);

        execution.accept(Part.accepted().build());
        execution.accept(Part.accepted().build());
        execution.data(TEN_BYTES);
        execution.accept(Part.accepted().build());

        assertThat(execution.statuses()).containsExactly(ACCEPTED, DATA);
    }

    @Test
    void aPartOfAnotherStatusIsABadArgument() {
        var execution = RecordedExecution.direct(SILENT, 1000);
        Part accepted = Part.accepted().build();

        assertThatThrownBy(() -> execution.complete(accepted)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> execution.data(accepted)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> execution.complete((Payload) null)).isInstanceOf(NullPointerException.class);
        assertThat(execution.isEnded()).isFalse();
    }

    @Test
    void whatAHandlerThrowsFailsTheCommand() {
        var execution = RecordedExecution.direct(
                (invocation, responder) -> {
                    throw new IllegalStateException("no more wine");
                },
                0);

        execution.start();

        CommandError error = execution.last().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(error.outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(error.message()).contains("no more wine");
    }

    @Test
    void aCommandExceptionFailsTheCommandWithItsOwnError() {
        CommandError own = CommandError.of(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.EXECUTION, "not you");
        var execution = RecordedExecution.direct(
                (invocation, responder) -> {
                    throw new CommandException(own);
                },
                0);

        execution.start();

        assertThat(execution.last().error()).contains(own);
    }

    @Test
    void anErrorThatTheVirtualMachineSurvivesFailsTheCommandToo() {
        for (Error thrown : List.of(new AssertionError("a"), new LinkageError("l"), new StackOverflowError())) {
            var execution = RecordedExecution.direct(
                    (invocation, responder) -> {
                        throw thrown;
                    },
                    0);

            execution.start();

            assertThat(execution.statuses()).containsExactly(FAILED);
        }
    }

    @Test
    void anErrorOfTheVirtualMachineFailsTheCommandAndGoesOnUp() {
        var execution = RecordedExecution.direct(
                (invocation, responder) -> {
                    throw new OutOfMemoryError("made up");
                },
                0);

        assertThatThrownBy(execution::start).isInstanceOf(OutOfMemoryError.class);
        assertThat(execution.statuses()).containsExactly(FAILED);
    }

    @Test
    void whatAHandlerThrowsAfterItsTerminalChangesNothing() {
        var execution = RecordedExecution.direct(
                (invocation, responder) -> {
                    responder.complete(TEN_BYTES);
                    throw new IllegalStateException();
                },
                0);

        execution.start();

        assertThat(execution.statuses()).containsExactly(COMPLETE);
    }

    @Test
    void aHandlerMayAnswerAfterItReturned() {
        AtomicReference<Responder> kept = new AtomicReference<>();
        var execution = RecordedExecution.direct((invocation, responder) -> kept.set(responder), 0);

        execution.start();
        assertThat(execution.parts).isEmpty();
        kept.get().complete(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(COMPLETE);
    }

    @Test
    void aCommandWhoseTimeIsSpentIsRefusedAtTheMemberQueueWithoutItsHandler() {
        AtomicLong clock = new AtomicLong();
        AtomicInteger handled = new AtomicInteger();
        var execution = new RecordedExecution(
                (invocation, responder) -> handled.incrementAndGet(), 0, null, Duration.ofNanos(100), clock::get);

        clock.set(100);
        execution.run();

        CommandError error = execution.last().error().orElseThrow();
        assertThat(error.code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.stage()).isEqualTo(Stage.MEMBER_QUEUE);
        assertThat(handled).hasValue(0);
    }

    @Test
    void anEndedCommandEmitsNothingMore() {
        var execution = RecordedExecution.direct(SILENT, 1000);
        execution.data(TEN_BYTES);

        execution.end();
        execution.complete(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(DATA);
        assertThat(execution.isEnded()).isTrue();
        assertThat(execution.unanswered).hasValue(1);
        assertThat(execution.late).hasValue(1);
    }

    @Test
    void aCommandThatEndedBeforeItsTurnIsNotHandled() {
        AtomicInteger handled = new AtomicInteger();
        var execution = RecordedExecution.direct((invocation, responder) -> handled.incrementAndGet(), 0);

        execution.end();
        execution.run();

        assertThat(handled).hasValue(0);
        assertThat(execution.parts).isEmpty();
    }

    @Test
    void everyCancelTaskRunsOnceWhetherSetBeforeTheEndOrAfter() {
        var execution = RecordedExecution.direct(SILENT, 0);
        List<String> ran = new ArrayList<>();

        execution.onCancel(() -> ran.add("first"));
        execution.onCancel(() -> ran.add("second"));
        execution.end();
        execution.end();
        execution.onCancel(() -> ran.add("third"));

        assertThat(ran).containsExactly("first", "second", "third");
    }

    @Test
    void cancelTasksDoNotRunWhenTheHandlerEndedTheCommand() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();
        execution.onCancel(runs::incrementAndGet);

        execution.complete(TEN_BYTES);
        execution.end();

        assertThat(runs).hasValue(0);
        assertThat(execution.unanswered).hasValue(0);
    }

    @Test
    void aCancelTaskThatThrowsHarmsNobody() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();
        execution.onCancel(() -> {
            throw new IllegalStateException("made up");
        });
        execution.onCancel(runs::incrementAndGet);

        execution.end();

        assertThat(runs).hasValue(1);
    }

    @Test
    void theCreditTaskRunsAtOnceWhenThereIsCredit() {
        var execution = RecordedExecution.direct(SILENT, 1);
        AtomicInteger runs = new AtomicInteger();

        execution.onCredit(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
    }

    @Test
    void theCreditTaskSetWithoutCreditRunsWhenTheFirstCreditComes() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();

        execution.onCredit(runs::incrementAndGet);
        assertThat(runs).hasValue(0);
        execution.credit(1);

        assertThat(runs).hasValue(1);
    }

    @Test
    void theCreditTaskRunsAgainOnlyAfterDataWasRefused() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();
        execution.onCredit(runs::incrementAndGet);

        execution.credit(1);
        execution.credit(1);
        execution.data(TEN_BYTES);
        execution.data(TEN_BYTES);
        execution.credit(COST - 3);
        execution.credit(2);

        assertThat(runs).hasValue(2);
    }

    @Test
    void creditThatComesDuringARunAfterARefusalRunsTheTaskOnceMore() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();
        execution.onCredit(() -> {
            if (runs.incrementAndGet() == 1) {
                execution.data(TEN_BYTES);
                execution.data(TEN_BYTES);
                execution.credit(2 * COST);
            }
        });

        execution.credit(10);

        assertThat(runs).hasValue(2);
    }

    @Test
    void theLastCreditTaskCounts() {
        var execution = RecordedExecution.direct(SILENT, 0);
        List<String> ran = new ArrayList<>();

        execution.onCredit(() -> ran.add("old"));
        execution.onCredit(() -> ran.add("new"));
        execution.credit(1);

        assertThat(ran).containsExactly("new");
    }

    @Test
    void theCreditTaskDoesNotRunAfterTheEnd() {
        var execution = RecordedExecution.direct(SILENT, 0);
        AtomicInteger runs = new AtomicInteger();
        execution.onCredit(runs::incrementAndGet);

        execution.end();
        execution.credit(10);
        execution.onCredit(runs::incrementAndGet);

        assertThat(runs).hasValue(0);
    }

    @Test
    void aCreditTaskThatThrowsFailsTheCommand() {
        var execution = RecordedExecution.direct(SILENT, 0);
        execution.onCredit(() -> {
            throw new IllegalStateException("made up");
        });

        execution.credit(1);

        assertThat(execution.statuses()).containsExactly(FAILED);
    }

    /** Does something, once, in the midst of the first part that it emits: what is answered there waits for the lane. */
    private static RecordedExecution insideFirst(Consumer<RecordedExecution> task) {
        return new RecordedExecution(SILENT, 1_000_000, null) {
            @Override
            protected void emit(Part part) {
                super.emit(part);
                if (parts.size() == 1) {
                    task.accept(this);
                }
            }
        };
    }

    @Test
    void dataThatWaitsForTheLaneInFrontOfTheTerminalIsEmittedBeforeItAndCounted() {
        var execution = insideFirst(itself -> {
            itself.data(TEN_BYTES);
            itself.data(TEN_BYTES);
            itself.complete(Payload.empty());
        });

        execution.data(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(DATA, DATA, DATA, COMPLETE);
        assertThat(execution.parts).extracting(Part::sequence).containsExactly(0L, 1L, 2L, 0L);
        assertThat(execution.last().finalCount()).isEqualTo(3);
        assertThat(execution.late).hasValue(0);
    }

    @Test
    void whatIsAnsweredBehindATerminalThatWaitsForTheLaneIsLate() {
        var execution = insideFirst(itself -> {
            itself.complete(Payload.empty());
            itself.data(TEN_BYTES);
            itself.accept(Part.accepted().build());
            itself.fail("no");
        });

        execution.data(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(DATA, COMPLETE);
        assertThat(execution.last().finalCount()).isEqualTo(1);
        assertThat(execution.late).hasValue(3);
    }

    @Test
    void whatWaitsForTheLaneWhenTheCommandEndsWithoutItsHandlerIsLateAndNotEmitted() {
        var execution = insideFirst(itself -> {
            itself.data(TEN_BYTES);
            itself.complete(Payload.empty());
            itself.end();
        });

        execution.data(TEN_BYTES);

        assertThat(execution.statuses()).containsExactly(DATA);
        assertThat(execution.late).hasValue(2);
        assertThat(execution.unanswered).hasValue(1);
    }

    @Test
    void creditThatComesInsideEmitDoesNotRecurse() {
        AtomicInteger produced = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        AtomicInteger depth = new AtomicInteger();
        var execution = new RecordedExecution(SILENT, 0, null) {
            @Override
            protected void emit(Part part) {
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                super.emit(part);
                credit(COST);
                depth.decrementAndGet();
            }
        };
        execution.onCredit(() -> {
            while (produced.get() < 10_000 && execution.data(TEN_BYTES)) {
                produced.incrementAndGet();
            }
        });

        execution.credit(10);

        assertThat(execution.parts).hasSize(10_000);
        assertThat(deepest).hasValue(1);
    }

    @Test
    void aDefectInEmitEndsTheCommand() {
        AtomicInteger cancelled = new AtomicInteger();
        var execution = new RecordedExecution(SILENT, 10, null) {
            @Override
            protected void emit(Part part) {
                throw new IllegalStateException("made up");
            }
        };
        execution.onCancel(cancelled::incrementAndGet);

        boolean taken = execution.data(TEN_BYTES);

        assertThat(taken).isTrue();
        assertThat(execution.isEnded()).isTrue();
        assertThat(cancelled).hasValue(1);
        assertThat(execution.unanswered).hasValue(1);
    }

    @Test
    void directHandlersThatSendToEachOtherChangeTheThreadBeforeTheStackIsDeep() throws Exception {
        AtomicInteger deepest = new AtomicInteger();
        ThreadLocal<int[]> depthOfThread = ThreadLocal.withInitial(() -> new int[1]);
        var end = new CompletableFuture<Integer>();

        nest(0, deepest, depthOfThread, end);

        assertThat(end.get()).isEqualTo(1000);
        assertThat(deepest.get()).isBetween(2, DirectCalls.MAX_DEPTH + 1);
    }

    private static void nest(
            int level, AtomicInteger deepest, ThreadLocal<int[]> depthOfThread, CompletableFuture<Integer> end) {
        RecordedExecution.direct(
                        (invocation, responder) -> {
                            int[] depth = depthOfThread.get();
                            deepest.accumulateAndGet(++depth[0], Math::max);
                            if (level == 1000) {
                                end.complete(level);
                            } else {
                                nest(level + 1, deepest, depthOfThread, end);
                            }
                            depth[0]--;
                            responder.complete(Payload.empty());
                        },
                        0)
                .start();
    }
}
