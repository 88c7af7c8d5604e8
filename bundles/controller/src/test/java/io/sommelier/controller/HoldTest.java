package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.admin.CommandState;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 8: while the last member of a target is being replaced, its commands wait, within bounds, and go on in their order. */
@Timeout(20)
class HoldTest {
    private static final HoldSettings BOUNDS = new HoldSettings(Duration.ofSeconds(5), 10, 1 << 20);

    private final Node node = new Node(ControllerSettings.defaults().withHold(BOUNDS));
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private static Part done() {
        return Part.complete(Payload.empty()).build();
    }

    /** A member that was here, and has gone in good order. */
    private void left() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        member.peer.draining();
        member.close(new Goodbye(CloseReason.NORMAL, false, "updated"));
    }

    private List<CommandId> send(int count) {
        List<CommandId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Command command = Node.pour().build();
            ids.add(command.id());
            node.send(command, path);
        }
        return ids;
    }

    @Test
    void commandsWaitAndGoOnInTheirOrderWhenAMemberIsBack() {
        left();
        List<CommandId> ids = send(4);
        assertThat(path.parts()).isEmpty();
        assertThat(node.controller.admin().command("", ids.get(0)).orElseThrow().state())
                .isEqualTo(CommandState.ADMITTED);

        HandChannel back = node.member("south", 4, "pour");
        while (back.claimNext()) {
            // all that came
        }

        assertThat(back.claimedIds()).containsExactlyElementsOf(ids);
        while (back.answer(done())) {
            // all of them
        }
        assertThat(path.parts()).hasSize(4);
        node.isEmpty(back);
    }

    @Test
    void whileTheMemberStillDrainsCommandsWaitToo() {
        HandChannel member = node.member("north", 4, "pour");
        member.peer.draining();

        send(1);

        assertThat(path.parts()).isEmpty();
        assertThat(member.queued()).isZero();
        HandChannel back = node.member("south", 4, "pour");
        assertThat(back.queued()).isEqualTo(1);
    }

    @Test
    void moreThanAMemberTakesGoOnAsItHasRoomAndWhatComesNewStandsBehind() {
        left();
        List<CommandId> ids = new ArrayList<>(send(6));

        HandChannel back = node.member("south", 2, "pour");
        ids.addAll(send(2));
        while (back.claimNext()) {
            back.answer(done());
        }

        assertThat(back.claimedIds()).containsExactlyElementsOf(ids);
        assertThat(path.parts()).hasSize(8).noneMatch(part -> part.error().isPresent());
        node.isEmpty(back);
    }

    @Test
    void whoseTimeIsSpentInTheHoldIsNotSent() {
        left();
        node.send(Node.pour().ttl(Duration.ofSeconds(2)).build(), path);

        node.passes(Duration.ofSeconds(3));

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.HOLD);
        HandChannel back = node.member("south", 4, "pour");
        assertThat(back.claimNext()).isFalse();
        node.isEmpty(back);
    }

    @Test
    void whenNobodyCameWithinTheLimitTheyEndNotSent() {
        left();
        send(3);

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(() -> path.parts().size() == 3);
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        RecordingReplyPath late = new RecordingReplyPath();
        node.send(Node.pour().build(), late);
        assertThat(late.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        node.isEmpty();
    }

    @Test
    void aboveItsBoundsCommandsAreRefusedAndWhatEndedMakesRoom() {
        left();
        Incoming first = node.send(Node.pour().build(), new RecordingReplyPath());
        Incoming second = node.send(Node.pour().build(), new RecordingReplyPath());
        send(8);

        send(1);

        assertThat(path.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.HOLD);
        first.cancel("enough");
        second.callerGone("gone");
        send(1);
        assertThat(path.parts()).hasSize(1);
        HandChannel back = node.member("south", 16, "pour");
        assertThat(back.queued()).isEqualTo(9);
    }

    @Test
    void theirBytesAreBoundedToo() {
        left();
        Payload half = Payload.copyOf(new byte[600_000]);
        node.send(Node.pour().payload(half).build(), path);

        node.send(Node.pour().payload(half).build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        send(1);
        assertThat(path.parts()).hasSize(1);
    }

    @Test
    void memberThatIsLostIsNotWaitedFor() {
        node.member("north", 4, "pour").lose();

        send(1);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    @Test
    void memberThatIsLostWhileItDrainsIsWaitedForNoMore() {
        HandChannel member = node.member("north", 4, "pour");
        member.peer.draining();
        send(2);

        member.lose();

        assertThat(path.parts()).hasSize(2);
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        node.isEmpty();
    }

    @Test
    void operationThatComesLaterThanAnotherOfItsTargetIsWaitedFor() {
        left();
        RecordingReplyPath decanted = new RecordingReplyPath();
        Command decant = Command.to("cellar", "decant").build();
        node.send(decant, decanted);
        send(1);

        HandChannel back = node.member("south", 4, "pour");
        assertThat(back.queued()).isEqualTo(1);
        assertThat(decanted.parts()).isEmpty();
        back.peer.operations(Set.of("pour", "decant"));

        assertThat(back.queued()).isEqualTo(2);
    }

    @Test
    void operationThatDoesNotComeBackIsUnknownThen() {
        left();
        node.send(Command.to("cellar", "decant").build(), path);
        node.member("south", 4, "pour");

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(path::ended);
        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
    }

    @Test
    void membersOfOtherOperationsThatStayDoNotMakeItFail() {
        HandChannel stays = node.member("south", 4, "decant");
        left();

        send(1);

        assertThat(path.parts()).isEmpty();
        assertThat(stays.queued()).isZero();
        assertThat(node.member("north", 4, "pour").queued()).isEqualTo(1);
    }

    @Test
    void operationWhoseHandlerIsBeingReplacedIsWaitedForWhileItsMemberStays() {
        HandChannel member = node.member("north", 4, "pour", "decant");

        member.peer.operations(Set.of("decant"), Set.of("pour"));
        List<CommandId> ids = send(2);
        RecordingReplyPath decanted = new RecordingReplyPath();
        node.send(Command.to("cellar", "decant").build(), decanted);

        assertThat(path.parts()).isEmpty();
        assertThat(member.queued()).isEqualTo(1);
        member.peer.operations(Set.of("decant", "pour"));
        assertThat(member.queued()).isEqualTo(3);
        while (member.claimNext()) {
            member.answer(done());
        }
        assertThat(path.parts()).hasSize(2).noneMatch(part -> part.error().isPresent());
        assertThat(member.claimedIds()).endsWith(ids.toArray(CommandId[]::new));
        node.isEmpty(member);
    }

    @Test
    void operationWhoseHandlerDoesNotComeBackIsUnknownAfterTheLimitAndThenAtOnce() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        member.peer.operations(Set.of("decant"), Set.of("pour"));
        send(1);

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(path::ended);
        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        RecordingReplyPath late = new RecordingReplyPath();
        node.send(Node.pour().build(), late);
        assertThat(late.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
    }

    @Test
    void operationThatAMemberCeasesToServeAfterItWasBackFailsAtOnce() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        member.peer.operations(Set.of("decant"), Set.of("pour"));
        member.peer.operations(Set.of("decant", "pour"));

        member.peer.operations(Set.of("decant"));
        send(1);

        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
    }

    @Test
    void whatIsSaidAgainOfAnOperationThatIsReplacedIsCountedFromThen() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        member.peer.operations(Set.of("decant"), Set.of("pour"));
        node.advance(Duration.ofSeconds(4));

        member.peer.operations(Set.of("decant"), Set.of("pour")); // its handler had something to do until now
        node.advance(Duration.ofSeconds(4));
        send(1);

        assertThat(path.parts()).isEmpty();
    }

    @Test
    void whereOthersServeAnOperationThatIsReplacedNothingWaits() {
        HandChannel north = node.member("north", 4, "pour", "decant");
        HandChannel south = node.member("south", 4, "pour");

        north.peer.operations(Set.of("decant"), Set.of("pour"));
        send(2);

        assertThat(south.queued()).isEqualTo(2);
    }

    @Test
    void whatIsGivenBackWaitsForTheSameMemberAndIsNoAttempt() {
        node.controller.settings(ControllerSettings.defaults().withHold(BOUNDS).withMaxAttempts(1));
        HandChannel member = node.member("north", 4, "pour", "decant");
        send(1);
        Outgoing waiting = member.takeUnclaimed();
        member.peer.operations(Set.of("decant"), Set.of("pour"));

        boolean isBack = waiting.back();

        assertThat(isBack).isTrue();
        assertThat(waiting.back()).isFalse();
        assertThat(waiting.claim()).isFalse();
        assertThat(path.parts()).isEmpty();
        assertThat(Node.sessionOf(member).inFlight()).isZero();
        member.peer.operations(Set.of("decant", "pour"));
        member.claimNext();
        assertThat(member.working().attempt()).isEqualTo(1);
        member.answer(done());
        assertThat(path.parts()).singleElement().matches(part -> part.error().isEmpty());
        node.isEmpty(member);
    }

    @Test
    void whatWasClaimedOrHasEndedIsNotGivenBack() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        Incoming ended = node.send(Node.pour().build(), path);
        send(1);
        Outgoing first = member.takeUnclaimed();
        ended.cancel("enough");
        member.claimNext();
        member.peer.operations(Set.of("decant"), Set.of("pour"));

        assertThat(first.back()).isFalse();
        assertThat(member.working().back()).isFalse();

        member.answer(done());
        assertThat(path.parts()).hasSize(2);
        node.isEmpty(member);
    }

    @Test
    void ofAClaimAndAReturnAtOnceOneCounts() throws Exception {
        HandChannel member = node.member("north", 4, "pour", "decant");
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 5000; round++) {
                RecordingReplyPath reply = new RecordingReplyPath();
                node.send(Node.pour().build(), reply);
                Outgoing waiting = member.takeUnclaimed();
                member.peer.operations(Set.of("decant"), Set.of("pour"));
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> claimed = other.submit(() -> {
                    start.await();
                    return waiting.claim();
                });
                start.await();
                boolean isBack = waiting.back();

                assertThat(claimed.get()).isNotEqualTo(isBack);
                if (isBack) {
                    member.peer.operations(Set.of("decant", "pour"));
                    assertThat(member.claimNext()).isTrue();
                    member.answer(done());
                } else {
                    waiting.part(done());
                    member.peer.operations(Set.of("decant", "pour"));
                }
                assertThat(reply.parts())
                        .singleElement()
                        .matches(part -> part.error().isEmpty());
            }
        } finally {
            other.shutdownNow();
        }
        node.isEmpty(member);
    }

    @Test
    void commandThatAMemberTurnsDownAsItCeasesToServeItWaits() {
        HandChannel member = node.member("north", 4, "pour", "decant");
        member.atOffer = () -> {
            member.atOffer = () -> {};
            member.refusesOffers = true;
            member.peer.operations(Set.of("decant"), Set.of("pour")); // between the choice and the offer
        };

        send(1);

        assertThat(path.parts()).isEmpty();
        member.refusesOffers = false;
        member.peer.operations(Set.of("decant", "pour"));
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void operationThatNobodyEverServedFailsAtOnce() {
        left();

        node.send(Command.to("cellar", "drink").build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    @Test
    void namedInstanceIsNotHeldFor() {
        left();

        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_INSTANCE);
    }

    @Test
    void whereThereIsAMailboxCommandsWaitInThat() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        left();

        send(1);

        assertThat(mailbox.puts).hasSize(1);
    }

    @Test
    void commandThatComesOutOfTheMailboxBeforeItsOperationIsBackGoesBackAndComesAgain() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        left();
        send(1);

        HandChannel first = node.member("south", 4, "decant"); // of an update that comes one operation after the other
        int backBefore = mailbox.puts.get(0).back;
        HandChannel second = node.member("north", 4, "pour");

        assertThat(backBefore).isPositive();
        assertThat(path.parts()).isEmpty();
        await().until(second::claimNext);
        assertThat(first.queued()).isZero();
    }

    @Test
    void withoutATimeLimitNothingIsHeld() {
        node.controller.settings(ControllerSettings.defaults().withHold(new HoldSettings(Duration.ZERO, 1, 1 << 20)));
        left();

        send(1);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    @Test
    void drainOfTheControllerEndsWhatIsHeld() {
        left();
        send(2);

        node.controller.endAll();

        assertThat(path.parts()).hasSize(2);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.HOLD);
        node.isEmpty();
    }
}
