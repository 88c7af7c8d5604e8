package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.silent;
import static io.sommelier.testkit.WorldAccess.textOf;
import static io.sommelier.testkit.WorldAccess.waitingFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.ChannelView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A handler that does what it should not: its command fails, with what is true of it; the channel, and what else is on it, goes on. */
interface FailurePromises extends WorldAccess {
    /** The operation of the handler that misbehaves. */
    String SPILL = "spill";

    private static Call send(World world, String operation) {
        return world.caller().send(Command.to(TARGET, operation).payload(WINE).build());
    }

    private static List<String> channels(World world) {
        return world.admin().channels().stream().map(ChannelView::channelId).toList();
    }

    /**
     * Has the handler misbehave while another command is at the same member; gives how its command ended. The other one, the channel, and commands that come behind it must not
     * notice.
     */
    private CommandError endOf(CommandHandler spilling, Duration ttl) throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, ECHO)
                .serving("age", waitingFor(gate, entered))
                .serving(SPILL, spilling));
        Call beside = send(world, "age");
        awaitSoon(entered);
        List<String> before = channels(world);

        CommandError end =
                errorOf(world.caller().send(Command.to(TARGET, SPILL).ttl(ttl).build()));

        assertThat(channels(world)).isEqualTo(before);
        assertThat(textOf(send(world, POUR))).isEqualTo("wine");
        gate.countDown();
        assertThat(textOf(beside)).isEqualTo("wine");
        return end;
    }

    private CommandError endOf(CommandHandler spilling) throws Exception {
        return endOf(spilling, SOON);
    }

    private static void assertExecuted(CommandError end, ErrorCode code) {
        assertThat(end.code()).as("%s", end).isEqualTo(code);
        assertThat(end.outcome()).as("%s", end).isEqualTo(Outcome.EXECUTED);
        assertThat(end.stage()).as("%s", end).isEqualTo(Stage.EXECUTION);
    }

    @Test
    default void aHandlerThatThrowsLeavesItsChannelAlone() throws Exception { // GX-4 defect 0
        CommandError end = endOf((invocation, responder) -> {
            throw new IllegalStateException("the glass broke");
        });

        assertExecuted(end, ErrorCode.HANDLER_FAILED);
    }

    @Test
    default void aStageThatFailsLeavesItsChannelAlone() throws Exception { // GX-4 defect 0
        CommandError end = endOf(CommandHandler.answeringLater(
                invocation -> CompletableFuture.failedStage(new IllegalStateException("the glass broke later"))));

        assertExecuted(end, ErrorCode.HANDLER_FAILED);
        assertThat(end.message()).contains("the glass broke later");
    }

    @Test
    default void aHandlerThatHangsEndsWithItsTimeAndLeavesItsChannelAlone() throws Exception {
        CountDownLatch told = new CountDownLatch(1);

        CommandError end = endOf(silent(new CountDownLatch(1), told), Duration.ofMillis(300));

        assertThat(end.code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(end.stage()).isEqualTo(Stage.REPLY_WAIT);
        awaitSoon(told);
    }

    @Test
    default void aHandlerThatReturnsNullInPlaceOfAStageLeavesItsChannelAlone() throws Exception {
        assertExecuted(endOf(CommandHandler.answeringLater(invocation -> null)), ErrorCode.BAD_REPLY);
    }

    @Test
    default void aHandlerThatAnswersNoPayloadAtAllLeavesItsChannelAlone() throws Exception {
        assertExecuted(endOf((invocation, responder) -> responder.complete((Payload) null)), ErrorCode.HANDLER_FAILED);
    }

    @Test
    default void aPartOfAnotherKindThanItIsGivenAsLeavesItsChannelAlone() throws Exception {
        CommandError end = endOf((invocation, responder) ->
                responder.accept(Part.complete(Payload.ofText("no acceptance")).build()));

        assertExecuted(end, ErrorCode.HANDLER_FAILED);
    }

    @Test
    default void garbageInTheMidstOfAStreamLeavesItsChannelAlone() throws Exception {
        CommandError end = endOf((invocation, responder) -> {
            responder.data(Payload.ofText("red"));
            responder.data(Part.failed(CommandError.executed("no data")).build());
        });

        assertExecuted(end, ErrorCode.HANDLER_FAILED);
    }

    @Test
    default void aHandlerThatThrowsBehindItsAnswerHasAnswered() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            responder.complete(WINE);
            throw new IllegalStateException("made up");
        }));
        List<String> before = channels(world);

        for (int i = 0; i < 3; i++) {
            assertThat(textOf(send(world, POUR))).isEqualTo("wine");
        }

        assertThat(channels(world)).isEqualTo(before);
    }

    @Test
    default void numbersOutcomesAndOrderThatAHandlerMakesUpAreSetRight() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, (invocation, responder) -> {
                    responder.accept(Part.accepted().build());
                    responder.accept(Part.accepted().contentType("text/late").build());
                    responder.data(Part.data(Payload.ofText("red")).sequence(7).build());
                    responder.accept(Part.accepted().contentType("text/later").build());
                    responder.data(
                            Part.data(Payload.ofText("white")).sequence(7).build());
                    responder.complete(Part.complete(WINE).finalCount(99).build());
                })
                .serving(
                        SPILL,
                        (invocation, responder) -> responder.fail(Part.failed(CommandError.of(
                                        ErrorCode.MEMBER_GONE, Outcome.NOT_SENT, Stage.ROUTING, "it never came here"))
                                .build())));
        List<String> before = channels(world);
        PartRecorder recorder = PartRecorder.quick();

        assertThat(textOf(world.caller().send(Command.to(TARGET, POUR).build(), recorder)))
                .isEqualTo("wine");
        CommandError end = errorOf(send(world, SPILL));

        assertThat(recorder.faults()).isEmpty();
        assertThat(recorder.statuses()).containsExactly(PartStatus.ACCEPTED, PartStatus.DATA, PartStatus.COMPLETE);
        assertThat(end.outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(channels(world)).isEqualTo(before);
    }

    @Test
    default void whatNobodyServesWhereNobodyIsAndWhereNoRoomIsAreToldApart() throws Exception {
        World world = open(WorldSettings.defaults().withKnownTargets("attic"));
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, waitingFor(gate, entered))
                .executor(1, 0));
        Call first = send(world, POUR);
        awaitSoon(entered);

        Map<String, CommandError> ends = new LinkedHashMap<>();
        ends.put("no such operation", errorOf(send(world, "decant")));
        ends.put("no such target", errorOf(send(world, "nowhere", POUR)));
        ends.put("nobody who handles it", errorOf(send(world, "attic", POUR)));
        ends.put("a full executor", errorOf(send(world, POUR)));

        assertThat(ends.values()).extracting(CommandError::code).doesNotHaveDuplicates();
        assertThat(ends.values())
                .extracting(CommandError::code)
                .startsWith(ErrorCode.UNKNOWN_OPERATION, ErrorCode.UNKNOWN_TARGET, ErrorCode.NO_MEMBER);
        assertThat(ends.values()).extracting(CommandError::retryable).containsExactly(false, false, true, true);
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
    }

    private static Call send(World world, String target, String operation) {
        return world.caller().send(Command.to(target, operation).build());
    }
}
