package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.HealthView.State;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members are asked how they are: GX health, with none of its defects. */
@Timeout(20)
class HealthTest {
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final HealthSettings HEALTH = new HealthSettings(PERIOD, 0, TIMEOUT, 3);

    private final Node node = new Node(ControllerSettings.defaults().withHealth(HEALTH));
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private HandChannel asked(String instance, int capacity) {
        return node.member(instance, capacity, "pour", Health.OPERATION);
    }

    private static Part up() {
        return Part.complete(Payload.ofText("3 barrels")).build();
    }

    private static Part down() {
        return Part.failed(CommandError.executed("no barrel")).build();
    }

    private static Part done() {
        return Part.complete(Payload.empty()).build();
    }

    /** Has the check of the next period come, and answers it; nothing else may wait in the channel. */
    private void check(HandChannel member, Part answer) {
        node.passes(PERIOD);
        assertThat(member.claimNext()).as("it is asked").isTrue();
        assertThat(member.working().command().operation()).isEqualTo(Health.OPERATION);
        assertThat(member.answer(answer)).isTrue();
        node.passes(Duration.ZERO);
    }

    private void turnDown(HandChannel member) {
        for (int i = 0; i < HEALTH.failures(); i++) {
            check(member, down());
        }
        assertThat(healthOf(member).state()).isEqualTo(State.DOWN);
    }

    private HealthView healthOf(HandChannel member) {
        return viewOf(member).health();
    }

    private ChannelView viewOf(HandChannel member) {
        String instance = Node.sessionOf(member).instance();
        return node.controller.admin().channels().stream()
                .filter(view -> view.instance().equals(instance))
                .findFirst()
                .orElseThrow();
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            node.send(Node.pour().ttl(Duration.ofHours(1)).build(), path);
        }
    }

    private void settings(HealthSettings health) {
        node.controller.settings(ControllerSettings.defaults().withHealth(health));
        node.passes(Duration.ZERO);
    }

    private int members() {
        return node.onWheelThread(() -> node.controller.health().members());
    }

    private int planned() {
        return node.onWheelThread(() -> node.controller.health().planned());
    }

    // ---- out of the rotation, and back ----

    @Test
    void afterSoManyFailuresInARowOthersGetTheCommandsAndAfterOneUpItAgain() {
        HandChannel sick = asked("north", 8);
        HandChannel well = node.member("south", 8, "pour");

        turnDown(sick);
        send(6);
        assertThat(sick.queued()).isZero();
        assertThat(well.queued()).isEqualTo(6);

        check(sick, up());
        send(4);
        assertThat(sick.queued()).isEqualTo(4);
        assertThat(healthOf(sick).detail()).isEqualTo("3 barrels");
    }

    @Test
    void fewerFailuresInARowChangeNothing() {
        HandChannel flapping = asked("north", 8);

        for (int i = 0; i < 5; i++) {
            check(flapping, down());
            check(flapping, down());
            assertThat(healthOf(flapping).state()).isEqualTo(State.UP);
            assertThat(healthOf(flapping).failures()).isEqualTo(2);
            check(flapping, up());
        }

        send(1);
        assertThat(flapping.queued()).isEqualTo(1);
    }

    @Test
    void noAnswerInTimeCountsAndWhatComesLateDoesNot() {
        HandChannel silent = asked("north", 8);

        for (int i = 0; i < 3; i++) {
            node.passes(PERIOD);
            assertThat(silent.claimNext()).isTrue();
            Outgoing check = silent.working();
            node.passes(TIMEOUT);
            assertThat(check.part(up())).as("it is too late").isFalse();
            assertThat(check.claim()).isFalse();
        }

        assertThat(silent.cancels()).hasSize(3);
        assertThat(healthOf(silent).state()).isEqualTo(State.DOWN);
        assertThat(healthOf(silent).detail()).isEqualTo("no answer within 2000 ms");
    }

    @Test
    void refusalOfTheMemberCountsWithItsCode() {
        HandChannel busy = asked("north", 8);
        Part refusal = Part.failed(CommandError.of(
                        ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the last check still runs"))
                .build();

        check(busy, refusal);

        assertThat(healthOf(busy).failures()).isEqualTo(1);
        assertThat(healthOf(busy).detail()).isEqualTo("MEMBER_BUSY the last check still runs");
    }

    @Test
    void whatIsUnderWayGoesOnAtTheMemberThatIsDown() {
        HandChannel member = asked("north", 8);
        Command poured = Node.pour().ttl(Duration.ofHours(1)).build();
        node.send(poured, 100, path); // less than a part costs: the stream is not idle while it waits for more
        assertThat(member.claimNext()).isTrue();
        Outgoing command = member.working();
        command.part(Part.data(Payload.ofText("a")).build());
        for (int i = 0; i < 3; i++) {
            node.passes(PERIOD);
            assertThat(member.claimNext()).isTrue();
            node.passes(TIMEOUT);
        }
        assertThat(healthOf(member).state()).isEqualTo(State.DOWN);

        command.part(Part.data(Payload.ofText("b")).sequence(1).build());
        command.part(Part.complete(Payload.empty()).finalCount(2).build());

        assertThat(path.parts()).hasSize(3);
        assertThat(path.terminal().error()).isEmpty();
        assertThat(viewOf(member).state()).isEqualTo(ChannelView.State.ACTIVE);
        assertThat(member.goodbye()).isNull();
        node.isEmpty(member);
    }

    // ---- who is asked, and when ----

    @Test
    void memberThatDoesNotNameTheOperationIsNotAskedAndCountsAsUp() {
        HandChannel member = node.member("north", 8, "pour");

        node.passes(Duration.ofHours(1));

        assertThat(member.queued()).isZero();
        assertThat(healthOf(member).state()).isEqualTo(State.UNASKED);
        assertThat(members()).isZero();
    }

    @Test
    void everyMemberIsAskedOnceInEachPeriodAndASlowOneDelaysNobody() { // GX-1.4: a sweep that waits for the slowest
        List<HandChannel> quick = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            quick.add(asked("m" + i, 8));
        }
        HandChannel slow = asked("slow", 8);
        int[] asked = new int[100];

        for (Duration at = Duration.ZERO; at.compareTo(PERIOD.multipliedBy(4)) < 0; at = at.plusMillis(500)) {
            node.passes(Duration.ofMillis(500));
            slow.claimNext();
            for (int i = 0; i < 100; i++) {
                while (quick.get(i).claimNext()) {
                    quick.get(i).answer(up());
                    asked[i]++;
                }
            }
        }

        assertThat(asked).containsOnly(4);
        assertThat(healthOf(slow).state()).isEqualTo(State.DOWN);
        quick.forEach(member -> assertThat(healthOf(member).state()).isEqualTo(State.UP));
    }

    @Test
    void membersThatComeTogetherAreNotAskedTogether() {
        List<HandChannel> members = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            members.add(asked("m" + i, 8));
        }
        int most = 0;
        int before = 0;

        for (int i = 0; i < 100; i++) {
            node.passes(Duration.ofMillis(100));
            int now = members.stream().mapToInt(HandChannel::queued).sum();
            most = Math.max(most, now - before);
            before = now;
        }

        assertThat(before).isEqualTo(10_000);
        assertThat(most).as("of 10 000, in a hundredth of a period").isLessThan(200);
    }

    @Test
    void checkThatNobodyClaimsIsNeitherAFailureNorFollowedByAnother() {
        HandChannel clogged = asked("north", 8);

        for (int i = 0; i < 20; i++) {
            node.passes(PERIOD);
        }

        assertThat(clogged.queued()).isEqualTo(1);
        assertThat(healthOf(clogged).failures()).isZero();
        assertThat(clogged.claimNext()).isTrue();
        assertThat(clogged.working().remainingNanos()).isEqualTo(TIMEOUT.toNanos());
        assertThat(clogged.answer(up())).isTrue();
        assertThat(healthOf(clogged).state()).isEqualTo(State.UP);
    }

    @Test
    void memberWhoseSendQueueIsFullIsNotHeldToBeDown() {
        HandChannel full = new HandChannel(4);
        node.join(full, Hello.of("north").serves("cellar", List.of("pour", Health.OPERATION)));
        send(4);

        for (int i = 0; i < 5; i++) {
            node.passes(PERIOD);
        }

        assertThat(full.queued()).isEqualTo(4);
        assertThat(healthOf(full).state()).isEqualTo(State.UNASKED);
        assertThat(path.parts()).isEmpty();
    }

    @Test
    void checkTakesNoCapacityAndNeedsNone() {
        HandChannel member = asked("north", 1);
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();

        send(1);
        assertThat(path.parts()).as("there is room for it").isEmpty();
        assertThat(member.claimNext()).isTrue();
        assertThat(Node.sessionOf(member).inFlight()).isEqualTo(1);

        assertThat(member.answer(up())).isTrue();
        assertThat(Node.sessionOf(member).inFlight()).isEqualTo(1);
        node.passes(PERIOD);
        assertThat(member.queued()).as("asked although it is full").isEqualTo(1);
        assertThat(member.answer(done())).isTrue();
        assertThat(path.terminal().error()).isEmpty();
        node.isEmpty(member);
    }

    @Test
    void memberThatIsLostInTheMidstOfACheckLeavesNothing() {
        HandChannel member = asked("north", 8);
        HandChannel waiting = asked("south", 8);
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();

        member.lose();
        waiting.lose();
        node.passes(Duration.ZERO);

        assertThat(members()).isZero();
        assertThat(planned()).isZero();
        assertThat(member.cancels()).isEmpty();
    }

    @Test
    void checksAreInNoViewOfCommandsAndInNoCounter() {
        HandChannel member = asked("north", 8);
        check(member, up());
        check(member, down());
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();

        assertThat(node.controller.admin().inFlight()).isZero();
        assertThat(node.controller.admin().inFlight(10)).isEmpty();
        assertThat(node.outcomes()).isEmpty();
        assertThat(node.controller.admin().bytesHeld()).isZero();
    }

    // ---- the operation ----

    @Test
    void callersGetUnknownOperation() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandChannel member = asked("north", 8);
        Command command = Command.to("cellar", Health.OPERATION).build();
        Command pinned =
                Command.to(new Target("cellar", "north"), Health.OPERATION).build();
        Command durable = Command.to("cellar", Health.OPERATION).durable(true).build();

        for (Command refused : List.of(command, pinned, durable)) {
            RecordingReplyPath answer = new RecordingReplyPath();
            node.send(refused, answer);
            assertThat(answer.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
            assertThat(answer.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        }

        assertThat(member.queued()).isZero();
        assertThat(mailbox.puts).isEmpty();
        assertThat(viewOf(member).operations()).containsExactly("pour");
        assertThat(node.controller.admin().targets().get(0).members().get(0).operations())
                .containsExactly("pour");
    }

    @Test
    void nobodyNeedsPermissionToSayHowItIs() {
        node.controller.authorizers(List.of((principal, action, target, operation) ->
                action == Authorizer.Action.SEND || operation.equals("pour") || operation.equals("decant")));
        HandChannel member = asked("north", 8);
        member.peer.operations(Set.of("decant", Health.OPERATION));

        check(member, up());

        assertThat(viewOf(member).operations()).containsExactly("decant");
        assertThat(healthOf(member).state()).isEqualTo(State.UP);
    }

    @Test
    void operationMayComeAndGoOnALiveChannel() {
        HandChannel member = node.member("north", 8, "pour");
        member.peer.operations(Set.of("pour", Health.OPERATION));
        turnDown(member);
        send(1);
        assertThat(member.queued()).isZero();

        member.peer.operations(Set.of("pour"));

        assertThat(member.queued()).as("what was held goes on").isEqualTo(1);
        assertThat(healthOf(member).state()).isEqualTo(State.UNASKED);
        node.passes(Duration.ofHours(1));
        assertThat(members()).isZero();
    }

    // ---- the last one is down ----

    @Test
    void commandsForTheLastMemberAreHeldAndGoOnAtOnce() {
        HandChannel member = asked("north", 8);
        turnDown(member);

        send(3);
        assertThat(path.parts()).isEmpty();
        assertThat(member.queued()).isZero();

        node.controller.settings(
                ControllerSettings.defaults().withHealth(new HealthSettings(Duration.ofSeconds(1), 0, TIMEOUT, 3)));
        node.passes(Duration.ZERO);
        node.passes(Duration.ofSeconds(1));
        assertThat(member.claimNext()).isTrue();
        assertThat(member.answer(up())).isTrue();

        assertThat(member.queued()).isEqualTo(3);
    }

    @Test
    void whatIsHeldEndsWhenItStaysDown() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        send(2);

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(() -> path.parts().size() == 2);
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().retryable()).isTrue();
        RecordingReplyPath late = new RecordingReplyPath();
        node.send(Node.pour().build(), late);
        assertThat(late.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        node.isEmpty(member);
    }

    @Test
    void memberThatIsLostWhileItIsDownIsWaitedForNoMore() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        send(1);

        member.lose();

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        node.isEmpty();
    }

    @Test
    void withAMailboxCommandsWaitThereAndGoOnAtOnce() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandChannel member = asked("north", 8);
        turnDown(member);

        send(3);
        assertThat(mailbox.puts).hasSize(3);
        node.passes(Duration.ofSeconds(9));
        assertThat(member.queued()).isZero();

        node.passes(Duration.ofSeconds(1));
        assertThat(member.claimNext()).isTrue();
        assertThat(member.answer(up())).isTrue();

        assertThat(member.queued()).isEqualTo(3);
        while (member.claimNext()) {
            assertThat(member.answer(done())).isTrue();
        }
        assertThat(path.parts()).hasSize(3).allMatch(part -> part.error().isEmpty());
        node.isEmpty(member);
    }

    @Test
    void commandThatNamesItWaitsInItsMailbox() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandChannel member = asked("north", 8);
        HandChannel other = node.member("south", 8, "pour");
        turnDown(member);

        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);
        assertThat(mailbox.puts).hasSize(1);
        assertThat(other.queued()).as("never a sibling").isZero();

        check(member, up());
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void commandThatNamesItFailsWhereItCannotWait() {
        HandChannel member = asked("north", 8);
        turnDown(member);

        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_INSTANCE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().message()).contains("is down");
        assertThat(member.queued()).isZero();
    }

    @Test
    void othersThatDoNotServeTheOperationDoNotMakeItUnknown() {
        node.controller.settings(ControllerSettings.defaults()
                .withHealth(HEALTH)
                .withHold(new HoldSettings(Duration.ZERO, 10, 1 << 20)));
        HandChannel member = asked("north", 8);
        node.member("south", 8, "decant");
        turnDown(member);

        send(1);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().retryable()).isTrue();
    }

    @Test
    void whatWasHeldEndsRetryableWhereOthersOfTheTargetStay() {
        HandChannel member = asked("north", 8);
        node.member("south", 8, "decant");
        turnDown(member);
        send(1);
        assertThat(path.parts()).isEmpty();

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(path::ended);
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    // ---- its end, and its return ----

    @Test
    void memberThatDrainsIsAskedNoMoreAndStillExpectedBack() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        node.advance(Duration.ofMinutes(1)); // nothing is held for it any more
        node.passes(Duration.ZERO);
        assertThat(member.claimNext()).isTrue();

        member.peer.draining();
        node.passes(Duration.ofHours(1));

        assertThat(member.cancels()).hasSize(1);
        assertThat(member.queued()).isZero();
        assertThat(viewOf(member).state()).isEqualTo(ChannelView.State.DRAINING);
        assertThat(members()).isZero();
    }

    @Test
    void commandsWaitForTheSuccessorOfAMemberThatDrainsWhileItIsDown() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        node.advance(Duration.ofMinutes(1));
        member.peer.draining();
        send(1);
        member.close(new Goodbye(CloseReason.NORMAL, false, "updated"));

        assertThat(path.parts()).isEmpty();
        assertThat(asked("south", 8).queued()).isEqualTo(1);
    }

    @Test
    void anotherChannelOfTheSameProcessIsNoBetterButAskedAtOnce() {
        HandChannel member = asked("north", 8);
        turnDown(member);

        HandChannel again = new HandChannel(16);
        node.join(
                again,
                Hello.of("north")
                        .serves("cellar", List.of("pour", Health.OPERATION))
                        .resumeToken(member.peer.welcome().resumeToken()));
        send(1);
        assertThat(healthOf(again).state()).isEqualTo(State.DOWN);
        assertThat(again.queued()).isZero();

        node.passes(Duration.ZERO);
        assertThat(again.claimNext()).isTrue();
        assertThat(again.answer(up())).isTrue();
        assertThat(again.queued()).as("what was held goes on").isEqualTo(1);
        node.passes(Duration.ZERO);
        assertThat(members()).isEqualTo(1);
    }

    @Test
    void anotherProcessOfTheSameIdBeginsAnew() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        member.lose();

        HandChannel again = asked("north", 8);
        send(1);

        assertThat(again.queued()).isEqualTo(1);
    }

    // ---- settings ----

    @Test
    void changesTakeEffectAtOnceAndACheckUnderWayKeepsItsTime() {
        HandChannel member = asked("north", 8);
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();

        settings(new HealthSettings(Duration.ofSeconds(1), 0, Duration.ofSeconds(60), 1));
        node.passes(TIMEOUT);
        assertThat(healthOf(member).state()).as("one failure is enough now").isEqualTo(State.DOWN);

        node.passes(Duration.ZERO);
        node.passes(Duration.ofSeconds(1));
        assertThat(member.claimNext()).as("asked within the new period").isTrue();
        node.passes(Duration.ofSeconds(59));
        assertThat(member.answer(up())).as("it has more time now").isTrue();
        assertThat(healthOf(member).state()).isEqualTo(State.UP);
    }

    @Test
    void whenNobodyIsAskedAnyMoreEverybodyCountsAsUp() {
        HandChannel member = asked("north", 8);
        turnDown(member);
        send(1);
        node.passes(Duration.ofSeconds(0));

        settings(new HealthSettings(Duration.ZERO, 0, TIMEOUT, 3));

        assertThat(member.queued()).as("what was held goes on").isEqualTo(1);
        assertThat(healthOf(member).state()).isEqualTo(State.UNASKED);
        assertThat(planned()).isZero();
        node.passes(Duration.ofHours(1));
        assertThat(member.queued()).isEqualTo(1);

        settings(HEALTH);
        node.passes(PERIOD);
        assertThat(member.queued()).isEqualTo(2);
    }

    @Test
    void answerToACheckThatWasGivenUpByAChangeDoesNotCount() {
        HandChannel member = asked("north", 8);
        settings(new HealthSettings(PERIOD, 0, TIMEOUT, 1));
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();
        Outgoing check = member.working();

        settings(new HealthSettings(Duration.ZERO, 0, TIMEOUT, 1));

        assertThat(check.part(down())).isFalse();
        assertThat(healthOf(member).state()).isEqualTo(State.UNASKED);
        assertThat(member.cancels()).hasSize(1);
    }
}
