package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.clogged;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.inFlightAt;
import static io.sommelier.testkit.WorldAccess.sendTo;
import static io.sommelier.testkit.WorldAccess.silent;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static io.sommelier.testkit.WorldAccess.waitingFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A member that dies at each moment of a command. */
interface LossPromises extends WorldAccess {
    /** Answers which attempt it is. */
    CommandHandler ATTEMPT = CommandHandler.answering(invocation -> Payload.ofText("attempt " + invocation.attempt()));

    private static Command pour(boolean idempotent) {
        return Command.to(TARGET, POUR).idempotent(idempotent).build();
    }

    @Test
    default void beforeItIsClaimedACommandGoesToAnotherMember() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        WorldMember dying = clogged(world, "a", handled);
        Call waiting = sendTo(world, "a", pour(false));
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ATTEMPT));

        dying.cut();

        assertThat(textOf(waiting)).isEqualTo("attempt 2");
        assertThat(handled).hasValue(0);
    }

    @Test
    default void beforeItIsClaimedACommandThatNobodyElseCanTakeIsNotSent() throws Exception {
        World world = open();
        WorldMember dying = clogged(world, "a", new AtomicInteger());
        Call waiting = sendTo(world, "a", pour(false));

        dying.cut();

        assertError(waiting, ErrorCode.NO_MEMBER, Outcome.NOT_SENT, Stage.ROUTING);
    }

    @Test
    default void beforeItIsClaimedACommandForOneInstanceGoesToNoOther() throws Exception {
        World world = open();
        WorldMember dying = clogged(world, "a", new AtomicInteger());
        Call waiting =
                sendTo(world, "a", Command.to(new Target(TARGET, "a"), POUR).build());
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ATTEMPT));

        dying.cut();

        assertError(waiting, ErrorCode.NO_INSTANCE, Outcome.NOT_SENT, Stage.ROUTING);
    }

    @Test
    default void aCommandThatNobodyEverClaimsIsNotTriedForEverAndNotSent() throws Exception {
        World world = open();
        AtomicInteger handled = new AtomicInteger();
        WorldMember dying = clogged(world, "a1", handled);
        Call waiting = sendTo(world, "a1", pour(false));
        for (int attempt = 2; attempt <= 3; attempt++) {
            String instance = "a" + attempt;
            WorldMember next = clogged(world, instance, handled);
            int before = inFlightAt(world, instance);
            dying.cut();
            soon().until(() -> inFlightAt(world, instance) > before);
            dying = next;
        }
        world.member(MemberPlan.of(TARGET, "a4").serving(POUR, ATTEMPT));

        dying.cut();

        assertError(waiting, ErrorCode.ATTEMPTS_EXHAUSTED, Outcome.NOT_SENT, Stage.SEND_QUEUE);
        assertThat(handled).hasValue(0);
    }

    @Test
    default void afterItIsClaimedACommandEndsUnknownAndItsHandlerIsTold() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));
        Call call = world.caller().send(pour(false));
        awaitSoon(entered);
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ATTEMPT));

        dying.cut();

        assertError(call, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        awaitSoon(told);
    }

    @Test
    default void anIdempotentCommandThatIsClaimedGoesToAnotherMember() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));
        Call call = world.caller().send(pour(true));
        awaitSoon(entered);
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ATTEMPT));

        dying.cut();

        assertThat(textOf(call)).isEqualTo("attempt 2");
        awaitSoon(told);
    }

    @Test
    default void anIdempotentCommandThatNobodyElseCanTakeEndsUnknown() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember dying =
                world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, new CountDownLatch(1))));
        Call call = world.caller().send(pour(true));
        awaitSoon(entered);

        dying.cut();

        assertThat(errorOf(call).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    default void anIdempotentCommandIsNotTriedForEver() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember dying = world.member(silentMember("a1", entered));
        Call call = world.caller().send(pour(true));
        awaitSoon(entered);
        for (int attempt = 2; attempt <= 3; attempt++) {
            CountDownLatch nextEntered = new CountDownLatch(1);
            WorldMember next = world.member(silentMember("a" + attempt, nextEntered));
            dying.cut();
            awaitSoon(nextEntered);
            dying = next;
        }
        world.member(MemberPlan.of(TARGET, "a4").serving(POUR, ATTEMPT));

        dying.cut();

        assertError(call, ErrorCode.ATTEMPTS_EXHAUSTED, Outcome.UNKNOWN);
    }

    private static MemberPlan silentMember(String instance, CountDownLatch entered) {
        return MemberPlan.of(TARGET, instance).serving(POUR, silent(entered, new CountDownLatch(1)));
    }

    @Test
    default void afterItIsAcceptedEvenAnIdempotentCommandEndsUnknown() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.accept(Part.accepted().build());
            entered.countDown();
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(pour(true), recorder);
        awaitSoon(entered);
        soon().until(() -> recorder.statuses().contains(PartStatus.ACCEPTED));
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ATTEMPT));

        dying.cut();

        assertError(call, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN, Stage.STREAM);
        assertThat(recorder.statuses()).containsExactly(PartStatus.ACCEPTED, PartStatus.FAILED);
    }

    @Test
    default void inTheMidstOfAStreamTheReaderLearnsThatItIsCutShort() throws Exception {
        World world = open();
        CountDownLatch told = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(WINE);
            responder.data(WINE);
            responder.data(WINE);
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(pour(false), recorder);
        soon().until(() -> recorder.dataParts() == 3);

        dying.cut();

        assertError(call, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN, Stage.STREAM);
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(recorder.faults()).isEmpty();
        awaitSoon(told);
    }

    @Test
    default void whatALostMemberStillAnswersReachesNobody() throws Exception {
        World world = open();
        AtomicReference<Responder> late = new AtomicReference<>();
        CountDownLatch told = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            late.set(responder);
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(pour(false), recorder);
        soon().until(() -> late.get() != null);
        dying.cut();
        errorOf(call);
        awaitSoon(told);

        late.get().complete(WINE);

        assertThat(recorder.statuses()).containsExactly(PartStatus.FAILED);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void theCommandsOfOtherMembersGoOn() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, waitingFor(gate, entered)));
        WorldMember dying = world.member(MemberPlan.of("vineyard", "v").serving("press", ECHO));
        Call call = world.caller().send(pour(false));
        awaitSoon(entered);

        dying.cut();
        soon().until(() -> world.admin().targets().stream()
                .anyMatch(target ->
                        target.targetId().equals("vineyard") && target.members().isEmpty()));
        gate.countDown();

        assertThat(textOf(call)).isEqualTo("wine");
    }

    @Test
    default void theCommandsThatALostConnectorHadSentAreCancelled() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));
        WorldMember dying = world.member(MemberPlan.of("vineyard", "v").serving("press", ECHO));
        Call call = dying.sender().send(pour(false));
        awaitSoon(entered);

        dying.cut();

        awaitSoon(told);
        assertThat(errorOf(call).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    default void aLostMemberMayComeBackWithItsInstanceId() throws Exception {
        World world = open();
        WorldMember dying = world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        dying.cut();

        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ATTEMPT));

        assertThat(textOf(world.caller().send(pour(false)))).isEqualTo("attempt 1");
    }
}
