package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static io.sommelier.testkit.WorldAccess.waitingFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.admin.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Who gets a command, and what is said when nobody can. */
interface RoutingPromises extends WorldAccess {
    private static CommandHandler saying(String text) {
        return CommandHandler.answering(invocation -> Payload.ofText(text));
    }

    @Test
    default void aTargetThatNobodyEverNamedIsUnknown() throws Exception {
        World world = open();

        Call call = world.caller().send(Command.to("nowhere", POUR).build());

        assertError(call, ErrorCode.UNKNOWN_TARGET, Outcome.NOT_SENT, Stage.ROUTING);
    }

    @Test
    default void aKnownTargetWithoutMembersSaysSoAtOnce() throws Exception {
        World world = open(WorldSettings.defaults().withKnownTargets(TARGET));

        Call call = world.caller().send(Command.to(TARGET, POUR).build());

        assertError(call, ErrorCode.NO_MEMBER, Outcome.NOT_SENT, Stage.ROUTING);
        assertThat(errorOf(call).retryable()).isTrue();
    }

    @Test
    default void anOperationThatNoMemberServesIsUnknownAtOnce() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        Call call = world.caller().send(Command.to(TARGET, "decant").build());

        assertError(call, ErrorCode.UNKNOWN_OPERATION, Outcome.NOT_SENT, Stage.ROUTING);
    }

    @Test
    default void anInstanceThatIsNamedIsNeverReplacedByASibling() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, saying("a")));
        WorldMember b = world.member(MemberPlan.of(TARGET, "b").serving(POUR, saying("b")));
        Target onlyB = new Target(TARGET, "b");

        for (int i = 0; i < 20; i++) {
            assertThat(textOf(world.caller().send(Command.to(onlyB, POUR).build())))
                    .isEqualTo("b");
        }
        b.cut();
        soon().until(() -> membersOf(world) == 1);

        assertError(world.caller().send(Command.to(onlyB, POUR).build()), ErrorCode.NO_INSTANCE, Outcome.NOT_SENT);
    }

    @Test
    default void aFullMemberIsOverloadedAtOnceAndTheCallerMayTryAgain() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, waitingFor(gate, entered))
                .capacity(1));
        Call first = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        Call second = world.caller().send(Command.to(TARGET, POUR).build());

        assertError(second, ErrorCode.OVERLOADED, Outcome.NOT_SENT, Stage.ROUTING);
        assertThat(errorOf(second).retryable()).isTrue();
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
    }

    @Test
    default void aFullMemberLeavesTheCommandToAnother() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, waitingFor(gate, entered))
                .capacity(1));
        Call first = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, saying("b")));

        for (int i = 0; i < 20; i++) {
            assertThat(textOf(world.caller().send(Command.to(TARGET, POUR).build())))
                    .isEqualTo("b");
        }

        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
    }

    @Test
    default void aMemberWhoseExecutorIsFullTakesNothingAndTheCallerMayTryAgain() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, waitingFor(gate, entered))
                .executor(1, 0));
        Call first = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        CommandError error =
                errorOf(world.caller().send(Command.to(TARGET, POUR).build()));

        // Where the executor is the send queue, the controller knows it before anything is sent.
        assertThat(error.code()).isIn(ErrorCode.MEMBER_BUSY, ErrorCode.OVERLOADED);
        assertThat(error.outcome()).isIn(Outcome.REFUSED, Outcome.NOT_SENT);
        assertThat(error.retryable()).isTrue();
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
    }

    @Test
    default void operationsGrowWhileTheChannelLives() throws Exception {
        World world = open();
        WorldMember member = world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));

        member.serve("decant", saying("decanted"));

        soon().until(() -> operationsOf(world).contains("decant"));
        assertThat(textOf(world.caller().send(Command.to(TARGET, "decant").build())))
                .isEqualTo("decanted");
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void operationsShrinkWhileTheChannelLivesAndCommandsUnderWayEnd() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember member = world.member(MemberPlan.of(TARGET, "a")
                .serving("decant", waitingFor(gate, entered))
                .serving(POUR, ECHO));
        Call underWay = world.caller().send(Command.to(TARGET, "decant").build());
        awaitSoon(entered);

        member.stopServing("decant");

        soon().until(() -> !operationsOf(world).contains("decant"));
        assertThat(errorOf(world.caller().send(Command.to(TARGET, "decant").build()))
                        .code())
                .isEqualTo(ErrorCode.UNKNOWN_OPERATION);
        gate.countDown();
        assertThat(textOf(underWay)).isEqualTo("wine");
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void membersOfOneTargetMayServeDifferentOperations() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, saying("a")));
        world.member(MemberPlan.of(TARGET, "b").serving("decant", saying("b")));

        assertThat(textOf(world.caller().send(Command.to(TARGET, POUR).build())))
                .isEqualTo("a");
        assertThat(textOf(world.caller().send(Command.to(TARGET, "decant").build())))
                .isEqualTo("b");
    }

    @Test
    default void aSecondLiveCommandWithTheSameIdIsRefused() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, waitingFor(gate, entered)));
        CommandId id = CommandId.random();
        Call first = world.caller().send(Command.to(TARGET, POUR).id(id).build());
        awaitSoon(entered);

        Call second = world.caller().send(Command.to(TARGET, POUR).id(id).build());

        assertError(second, ErrorCode.DUPLICATE_COMMAND, Outcome.REFUSED);
        gate.countDown();
        assertThat(textOf(first)).isEqualTo("wine");
    }

    @Test
    default void aMemberThatClosesEndsWhatItHasAndGetsNothingNew() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember leaving = world.member(MemberPlan.of(TARGET, "a").serving(POUR, waitingFor(gate, entered)));
        Call underWay = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, saying("b")));

        leaving.close();
        soon().until(() -> availableMembersOf(world) == 1);

        for (int i = 0; i < 20; i++) {
            assertThat(textOf(world.caller().send(Command.to(TARGET, POUR).build())))
                    .isEqualTo("b");
        }
        gate.countDown();
        assertThat(textOf(underWay)).isEqualTo("wine");
        soon().until(() -> membersOf(world) == 1);
    }

    @Test
    default void aMemberMayBeCallerToo() throws Exception {
        World world = open();
        world.member(MemberPlan.of("vineyard", "v").serving("press", ECHO));
        WorldMember[] cellar = new WorldMember[1];
        CountDownLatch ready = new CountDownLatch(1);
        cellar[0] = world.member(MemberPlan.of(TARGET, "a").serving(POUR, CommandHandler.answeringLater(invocation -> {
            awaitQuietly(ready);
            return cellar[0]
                    .sender()
                    .send(Command.to("vineyard", "press")
                            .payload(invocation.payload())
                            .build())
                    .result()
                    .thenApply(
                            reply -> Payload.ofText("pressed " + reply.payload().asText()));
        })));
        ready.countDown();

        String answer = textOf(
                world.caller().send(Command.to(TARGET, POUR).payload(WINE).build()));

        assertThat(answer).isEqualTo("pressed wine");
    }

    @Test
    default void aMemberMaySendToItselfOverItsOwnChannel() throws Exception {
        World world = open();
        WorldMember[] self = new WorldMember[1];
        CountDownLatch ready = new CountDownLatch(1);
        self[0] = world.member(MemberPlan.of(TARGET, "a").serving(POUR, CommandHandler.answeringLater(invocation -> {
            awaitQuietly(ready);
            int left = Integer.parseInt(invocation.payload().asText());
            return left == 0
                    ? CompletableFuture.completedStage(Payload.ofText("down"))
                    : self[0].sender()
                            .send(Command.to(TARGET, POUR)
                                    .payload(Payload.ofText(String.valueOf(left - 1)))
                                    .build())
                            .result()
                            .thenApply(reply -> reply.payload());
        })));
        ready.countDown();

        String answer = textOf(world.caller()
                .send(Command.to(TARGET, POUR).payload(Payload.ofText("10")).build()));

        assertThat(answer).isEqualTo("down");
    }

    @Test
    default void theOperatorSeesWhoIsThere() {
        World world = open();

        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO).capacity(7));

        List<TargetView.MemberView> members = members(world);
        assertThat(members).hasSize(1);
        assertThat(members.get(0).instance()).isEqualTo("a");
        assertThat(members.get(0).operations()).containsExactly(POUR);
        assertThat(members.get(0).capacity()).isEqualTo(7);
        assertThat(members.get(0).available()).isTrue();
    }

    @Test
    default void commandsFromManyThreadsAreAllAnswered() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, ECHO));
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ECHO).direct());
        ExecutorService callers = Executors.newFixedThreadPool(8);
        List<Future<Integer>> counts = new ArrayList<>();

        for (int thread = 0; thread < 8; thread++) {
            counts.add(callers.submit(() -> {
                int right = 0;
                for (int i = 0; i < 500; i++) {
                    String text = "glass " + i;
                    Call call = world.caller()
                            .send(Command.to(TARGET, POUR)
                                    .payload(Payload.ofText(text))
                                    .build());
                    right += textOf(call).equals(text) ? 1 : 0;
                }
                return right;
            }));
        }

        for (Future<Integer> count : counts) {
            assertThat(count.get()).isEqualTo(500);
        }
        callers.shutdown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            awaitSoon(latch);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<TargetView.MemberView> members(World world) {
        return world.admin().targets().stream()
                .filter(target -> target.targetId().equals(TARGET))
                .flatMap(target -> target.members().stream())
                .toList();
    }

    private static int membersOf(World world) {
        return members(world).size();
    }

    private static long availableMembersOf(World world) {
        return members(world).stream().filter(TargetView.MemberView::available).count();
    }

    private static List<String> operationsOf(World world) {
        return members(world).stream()
                .flatMap(member -> member.operations().stream())
                .toList();
    }
}
