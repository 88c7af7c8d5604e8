package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Single replies, and what handlers do wrong. */
interface ReplyPromises extends WorldAccess {
    @Test
    default void aCommandIsAnsweredOnce() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        Reply reply =
                reply(world.caller().send(Command.to(TARGET, POUR).payload(WINE).build()));

        assertThat(reply.payload()).isEqualTo(WINE);
        assertThat(reply.data()).isEmpty();
        assertThat(reply.terminal().finalCount()).isZero();
    }

    @Test
    default void aDirectHandlerAnswersTheSame() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).direct());

        Reply reply =
                reply(world.caller().send(Command.to(TARGET, POUR).payload(WINE).build()));

        assertThat(reply.payload()).isEqualTo(WINE);
    }

    @Test
    default void everythingThatACommandSaysReachesTheHandlerUntouched() throws Exception {
        World world = open();
        AtomicReference<Invocation> seen = new AtomicReference<>();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(Payload.empty());
        }));
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Command sent = Command.to(TARGET, POUR)
                .payload(Payload.copyOf(bytes))
                .contentType("image/png")
                .headers(Headers.builder()
                        .add("vintage", "château 1982")
                        .add("vintage", "")
                        .build())
                .idempotent(true)
                .idempotencyKey("key 1")
                .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .ttl(Duration.ofMinutes(3))
                .build();

        reply(world.caller().send(sent));

        Command came = seen.get().command();
        assertThat(came.id()).isEqualTo(sent.id());
        assertThat(came.operation()).isEqualTo(POUR);
        assertThat(came.target()).isEqualTo(sent.target());
        assertThat(came.payload()).isEqualTo(sent.payload());
        assertThat(came.contentType()).isEqualTo("image/png");
        assertThat(came.headers()).isEqualTo(sent.headers());
        assertThat(came.idempotent()).isTrue();
        assertThat(came.idempotencyKey()).isEqualTo("key 1");
        assertThat(came.traceparent()).isEqualTo(sent.traceparent());
        assertThat(came.ttl()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
        assertThat(seen.get().remaining()).isBetween(Duration.ofMinutes(2), Duration.ofMinutes(3));
        assertThat(seen.get().source()).isEqualTo(world.callerInstance());
        assertThat(seen.get().attempt()).isEqualTo(1);
    }

    @Test
    default void everythingThatAReplySaysReachesTheCallerUntouched() throws Exception {
        World world = open();
        byte[] bytes = new byte[100_000];
        new Random(2).nextBytes(bytes);
        Part answer = Part.complete(Payload.copyOf(bytes))
                .contentType("application/x-wine")
                .headers(Headers.of("grape", "grüner veltliner"))
                .suggestedStatus(203)
                .build();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> responder.complete(answer)));

        Part came = reply(world.caller().send(Command.to(TARGET, POUR).build())).terminal();

        assertThat(came.payload()).isEqualTo(answer.payload());
        assertThat(came.contentType()).isEqualTo("application/x-wine");
        assertThat(came.headers()).isEqualTo(answer.headers());
        assertThat(came.suggestedStatus()).isEqualTo(203);
    }

    @Test
    default void anAcceptanceReachesTheListenerBeforeTheTerminal() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.accept(Part.accepted().contentType("text/plain").build());
            responder.accept(Part.accepted().build());
            responder.complete(WINE);
        }));
        PartRecorder recorder = PartRecorder.quick();

        reply(world.caller().send(Command.to(TARGET, POUR).build(), recorder));

        assertThat(recorder.statuses()).containsExactly(PartStatus.ACCEPTED, PartStatus.COMPLETE);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aHandlerMayAnswerLaterAndFromAnotherThread() throws Exception {
        World world = open();
        CompletableFuture<Payload> answer = new CompletableFuture<>();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, CommandHandler.answeringLater(invocation -> {
            entered.countDown();
            return answer;
        })));

        Call call = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);
        answer.complete(WINE);

        assertThat(textOf(call)).isEqualTo("wine");
    }

    @Test
    default void aCommandIsAdmittedWhenItsResultIsThere() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        Call call = world.caller().send(Command.to(TARGET, POUR).build());
        reply(call);

        assertThat(call.admitted().toCompletableFuture()).isCompletedWithValue(null);
    }

    @Test
    default void whenTheResultIsThereTheControllerHasLetGoOfTheCommand() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        AtomicLong inFlight = new AtomicLong(-1);

        Call call = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        call.result()
                .thenRun(() -> inFlight.set(world.admin().inFlight()))
                .toCompletableFuture()
                .get(SOON.toSeconds(), TimeUnit.SECONDS);

        assertThat(inFlight).hasValue(0);
    }

    @Test
    default void aThousandCallsAtOnceEachGetTheirOwnAnswer() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        List<Call> calls = new ArrayList<>();

        for (int i = 0; i < 1000; i++) {
            calls.add(world.caller()
                    .send(Command.to(TARGET, POUR)
                            .payload(Payload.ofText("glass " + i))
                            .build()));
        }

        for (int i = 0; i < 1000; i++) {
            assertThat(textOf(calls.get(i))).isEqualTo("glass " + i);
        }
    }

    @Test
    default void aHandlerThatFailsIsQuotedWithExecuted() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, (invocation, responder) -> responder.fail("the barrel is empty")));

        CommandError error =
                errorOf(world.caller().send(Command.to(TARGET, POUR).build()));

        assertThat(error).isEqualTo(CommandError.executed("the barrel is empty"));
    }

    @Test
    default void aHandlerThatThrowsFailsItsCommandAndNotItsChannel() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).serving("drop", (invocation, responder) -> {
            throw new IllegalStateException("the glass broke");
        }));

        CommandError error =
                errorOf(world.caller().send(Command.to(TARGET, "drop").build()));

        assertThat(error.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(error.outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(error.message()).contains("the glass broke");
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void aHandlerThatThrowsAnErrorDoesTheSame() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).serving("drop", (invocation, responder) -> {
            throw new AssertionError("made up");
        }));

        assertError(
                world.caller().send(Command.to(TARGET, "drop").build()), ErrorCode.HANDLER_FAILED, Outcome.EXECUTED);
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void aHandlerMayChooseItsOwnError() throws Exception {
        World world = open();
        CommandError own = new CommandError(
                ErrorCode.QUOTA_EXCEEDED, Outcome.REFUSED, true, Stage.EXECUTION, "enough for tonight");
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            throw new CommandException(own);
        }));

        CommandError error =
                errorOf(world.caller().send(Command.to(TARGET, POUR).build()));

        assertThat(error).isEqualTo(own);
    }

    @Test
    default void aHandlerThatAnswersNullGivesABadReply() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, CommandHandler.answering(invocation -> null)));

        assertError(world.caller().send(Command.to(TARGET, POUR).build()), ErrorCode.BAD_REPLY, Outcome.EXECUTED);
    }

    @Test
    default void ofTwoAnswersTheFirstCounts() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.complete(WINE);
            responder.complete(Payload.ofText("vinegar"));
            responder.fail("no");
            responder.data(Payload.ofText("more"));
        }));
        PartRecorder recorder = PartRecorder.quick();

        String first = textOf(world.caller().send(Command.to(TARGET, POUR).build(), recorder));
        String second = textOf(world.caller().send(Command.to(TARGET, POUR).build()));

        assertThat(first).isEqualTo("wine");
        assertThat(second).isEqualTo("wine");
        assertThat(recorder.faults()).isEmpty();
        assertThat(recorder.statuses()).containsExactly(PartStatus.COMPLETE);
    }

    @Test
    default void aReplyThatIsTooLargeToGatherIsLostAndItsWorkerStopped() throws Exception {
        World world = open();
        CountDownLatch stopped = new CountDownLatch(1);
        Payload mebibyte = Payload.copyOf(new byte[1 << 20]);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(stopped::countDown);
            responder.onCredit(() -> {
                while (!responder.isEnded() && responder.data(mebibyte)) {
                    Thread.onSpinWait();
                }
            });
        }));

        Call call = world.caller().send(Command.to(TARGET, POUR).build());

        assertError(call, ErrorCode.REPLY_TOO_LARGE, Outcome.REPLY_LOST);
        awaitSoon(stopped);
    }

    @Test
    default void aListenerThatThrowsCancelsItsCallAndNoOther() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).serving("spill", (invocation, responder) -> {
            responder.onCancel(stopped::countDown);
            responder.data(WINE);
            entered.countDown();
        }));

        Call call = world.caller().send(Command.to(TARGET, "spill").build(), (same, part) -> {
            throw new IllegalStateException("made up");
        });

        awaitSoon(entered);
        awaitSoon(stopped);
        assertThat(errorOf(call).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void outcomesAreCountedByTargetAndOperation() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, ECHO)
                .serving("drop", (invocation, responder) -> responder.fail("made up")));

        reply(world.caller().send(Command.to(TARGET, POUR).build()));
        reply(world.caller().send(Command.to(TARGET, POUR).build()));
        errorOf(world.caller().send(Command.to(TARGET, "drop").build()));

        soon().untilAsserted(() -> assertThat(world.admin().outcomes())
                .anySatisfy(row -> {
                    assertThat(row.operation()).isEqualTo(POUR);
                    assertThat(row.end()).isEqualTo("COMPLETED");
                    assertThat(row.count()).isEqualTo(2);
                })
                .anySatisfy(row -> {
                    assertThat(row.operation()).isEqualTo("drop");
                    assertThat(row.end()).isEqualTo("EXECUTED");
                    assertThat(row.count()).isEqualTo(1);
                }));
    }
}
