package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.clogged;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.inFlightAt;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.sendTo;
import static io.sommelier.testkit.WorldAccess.silent;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Deadlines at each gate, and callers that give up. */
interface EndPromises extends WorldAccess {
    /** Long enough for a handler to be entered on a busy machine. */
    Duration SHORT = Duration.ofMillis(500);

    /** Long enough for commands to come to their member on a very busy machine. */
    Duration AMPLE = Duration.ofMillis(1500);

    private static Outcome outcomeAt(Stage stage) {
        return stage == Stage.SEND_QUEUE ? Outcome.NOT_SENT : Outcome.UNKNOWN;
    }

    /** Stays at its first command until the gate opens, and counts all. */
    private static CommandHandler countingAfter(CountDownLatch gate, CountDownLatch entered, AtomicInteger handled) {
        return (invocation, responder) -> {
            handled.incrementAndGet();
            entered.countDown();
            gate.await();
            responder.complete(invocation.payload());
        };
    }

    @Test
    default void aCommandWhoseTimeIsSpentWhenItComesIsNotSent() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> handled.incrementAndGet()));

        CommandError error = errorOf(
                world.caller().send(Command.to(TARGET, POUR).remainingNanos(0).build()));

        assertThat(error.code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(error.stage()).isIn(Stage.INGRESS, Stage.SEND_QUEUE);
        assertThat(handled).hasValue(0);
    }

    @Test
    default void aCommandThatWaitsForItsMemberBeyondItsTimeIsNeverHandled() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, countingAfter(gate, entered, handled))
                .executor(1, 2));
        Call first = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        awaitSoon(entered);

        Call waiting = world.caller().send(Command.to(TARGET, POUR).ttl(AMPLE).build());
        Call behind = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        awaitFullQueue(world);
        long cameBeforeNanos = System.nanoTime();

        Stage stage = world.stageInMemberQueue();
        assertError(waiting, ErrorCode.EXPIRED, outcomeAt(stage), stage);
        // The caller may hear of it before the member does. From when it came, the member counts the time itself.
        soon().until(() -> System.nanoTime() - cameBeforeNanos > AMPLE.toNanos());
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
        assertThat(textOf(behind)).isEqualTo("wine");
        assertThat(handled).hasValue(2);
    }

    /** Returns when a member with room for two has refused a third: then it has the two, and all that was sent to it before. */
    private static void awaitFullQueue(World world) throws InterruptedException {
        CommandError refusal =
                errorOf(world.caller().send(Command.to(TARGET, POUR).build()));
        assertThat(refusal.code()).isIn(ErrorCode.MEMBER_BUSY, ErrorCode.OVERLOADED);
    }

    @Test
    default void aCommandThatIsNotClaimedInItsTimeIsNotSentAndNeverHandled() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        WorldMember member = clogged(world, "a", handled);

        List<Call> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(world.caller().send(Command.to(TARGET, POUR).ttl(SHORT).build()));
        }

        for (Call call : waiting) {
            assertError(call, ErrorCode.EXPIRED, Outcome.NOT_SENT, Stage.SEND_QUEUE);
        }
        member.unclog();
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
        assertThat(handled).hasValue(1);
    }

    @Test
    default void aCommandThatIsCancelledBeforeItIsClaimedIsNeverHandled() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        WorldMember member = clogged(world, "a", handled);
        int before = inFlightAt(world, "a");
        Call waiting = sendTo(world, "a", Command.to(TARGET, POUR).build());

        waiting.cancel("changed my mind");

        CommandError error = errorOf(waiting);
        assertThat(error.code()).isEqualTo(ErrorCode.CANCELLED);
        // A caller that gives up does not wait for what its controller knows.
        assertThat(error.outcome()).isIn(Outcome.NOT_SENT, Outcome.UNKNOWN);
        soon().until(() -> inFlightAt(world, "a") == before);
        member.unclog();
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
        assertThat(handled).hasValue(1);
    }

    @Test
    default void aCommandThatWasNotClaimedForAWhileIsHandledOnceWithWhatIsLeftOfItsTime() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        WorldMember member = clogged(world, "a", handled);
        Call waiting = sendTo(world, "a", Command.to(TARGET, POUR).payload(WINE).build());

        member.unclog();

        assertThat(textOf(waiting)).isEqualTo("wine");
        assertThat(handled).hasValue(1);
    }

    @Test
    default void aCommandThatIsHandledBeyondItsTimeEndsUnknownAndItsHandlerIsTold() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));

        Call call = world.caller().send(Command.to(TARGET, POUR).ttl(SHORT).build());

        assertError(call, ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        awaitSoon(entered);
        awaitSoon(told);
    }

    @Test
    default void aStreamBeyondItsTimeEndsUnknownAndItsHandlerIsTold() throws Exception {
        World world = open();
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(WINE);
            responder.data(WINE);
        }));
        PartRecorder recorder = PartRecorder.quick();

        Call call = world.caller().send(Command.to(TARGET, POUR).ttl(SHORT).build(), recorder);

        assertError(call, ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.STREAM);
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(recorder.faults()).isEmpty();
        awaitSoon(told);
    }

    @Test
    default void anAnswerAfterTheEndReachesNobodyAndHarmsNothing() throws Exception {
        World world = open();
        AtomicReference<Responder> late = new AtomicReference<>();
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).serving("doze", (invocation, responder) -> {
            responder.onCancel(told::countDown);
            late.set(responder);
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(Command.to(TARGET, "doze").ttl(SHORT).build(), recorder);
        errorOf(call);
        awaitSoon(told);

        boolean taken = late.get().data(WINE);
        late.get().complete(WINE);

        assertThat(taken).isTrue();
        assertThat(late.get().isEnded()).isTrue();
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
        assertThat(recorder.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aCancelReachesTheHandlerAndEndsTheCall() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));
        Call call = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        call.cancel("changed my mind");

        assertError(call, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        awaitSoon(told);
    }

    @Test
    default void aCancelReachesTheHandlerInTheMidstOfItsStream() throws Exception {
        World world = open();
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(WINE);
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(Command.to(TARGET, POUR).build(), recorder);
        soon().until(() -> recorder.dataParts() == 1);

        call.cancel("changed my mind");

        assertError(call, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.STREAM);
        awaitSoon(told);
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aCommandThatIsCancelledWhileItWaitsForItsMemberIsNeverHandled() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger handled = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, countingAfter(gate, entered, handled))
                .executor(1, 2));
        Call first = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        awaitSoon(entered);
        Call waiting = world.caller().send(Command.to(TARGET, POUR).build());
        Call behind = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        awaitFullQueue(world);

        waiting.cancel("changed my mind");

        assertThat(errorOf(waiting).code()).isEqualTo(ErrorCode.CANCELLED);
        awaitFullQueue(world); // refused behind the cancel, which came the same way
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
        assertThat(textOf(behind)).isEqualTo("wine");
        assertThat(handled).hasValue(2);
    }

    @Test
    default void aCancelAfterTheEndIsIgnored() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        Call call = world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
        reply(call);

        call.cancel("too late");
        call.request(1);

        assertThat(textOf(call)).isEqualTo("wine");
    }

    @Test
    default void aCancelFromInsideTheListenerEndsTheCall() throws Exception {
        World world = open();
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(WINE);
        }));

        Call call = world.caller().send(Command.to(TARGET, POUR).build(), (same, part) -> same.cancel("enough"));

        assertThat(errorOf(call).code()).isEqualTo(ErrorCode.CANCELLED);
        awaitSoon(told);
    }
}
