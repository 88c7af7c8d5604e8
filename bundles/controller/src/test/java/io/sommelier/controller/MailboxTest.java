package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands that wait for absent members. Promise 2: when a message is let go. */
@Timeout(20)
class MailboxTest {
    private static final Target CELLAR = Target.of("cellar");

    private final Node node = new Node();
    private final HandMailbox mailbox = new HandMailbox(node.clock::get);
    private final RecordingReplyPath path = new RecordingReplyPath();

    @BeforeEach
    void open() {
        node.controller.mailbox(mailbox);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Makes the target known, and empty. */
    private void absent() {
        node.member("earlier", 4, "pour").lose();
    }

    private static Part done() {
        return Part.complete(Payload.ofText("poured")).build();
    }

    private HandMailbox.Letter letter() {
        return mailbox.puts.get(0);
    }

    // ---- into it ----

    @Test
    void commandForAnAbsentTargetIsPutWithItsOriginAndWhatIsLeftOfItsTime() {
        absent();

        node.send(Node.pour().ttl(Duration.ofSeconds(9)).build(), path);

        assertThat(mailbox.puts).hasSize(1);
        assertThat(letter().origin.source()).isEqualTo("caller");
        assertThat(letter().origin.principal()).isEmpty();
        assertThat(letter().origin.controllerId()).isEqualTo("node-1");
        assertThat(letter().origin.attempt()).isEqualTo(1);
        assertThat(letter().remainingNanos()).isEqualTo(Duration.ofSeconds(9).toNanos());
        assertThat(path.admissions()).isEqualTo(1);
        assertThat(path.parts()).isEmpty();
    }

    @Test
    void commandForAnAbsentInstanceIsPutIntoItsOwnMailbox() {
        HandChannel sibling = node.member("south", 4, "pour");
        Target north = new Target("cellar", "north");

        node.send(Command.to(north, "pour").build(), path);

        assertThat(mailbox.box(north)).hasSize(1);
        assertThat(sibling.queued()).isZero();
    }

    @Test
    void commandThatMayNotWaitFailsAtOnce() {
        absent();
        node.controller.settings(ControllerSettings.defaults().withAbsentMayWait(false));

        node.send(Node.pour().build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(mailbox.puts).isEmpty();
    }

    @Test
    void commandForAMemberThatIsHereNeverTouchesTheMailbox() {
        HandChannel member = node.member("north", 4, "pour");

        node.send(Node.pour().build(), path);

        assertThat(member.queued()).isEqualTo(1);
        assertThat(mailbox.puts).isEmpty();
    }

    @Test
    void unknownTargetNeverMakesAMailbox() {
        node.send(Node.pour().build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
        assertThat(mailbox.puts).isEmpty();
    }

    @Test
    void mailboxThatRefusesEndsTheCommandAsNotSent() {
        absent();
        mailbox.refusal = new CommandException(
                CommandError.of(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, Stage.MAILBOX, "the disk is full"));

        node.send(Node.pour().build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.MAILBOX);
        assertThat(path.error().retryable()).isTrue();
        assertThat(path.error().message()).contains("the disk is full");
        node.isEmpty();
    }

    @Test
    void commandWhoseChannelIsLostWaitsForTheNextMemberAsItsNextAttempt() {
        HandChannel north = node.member("north", 4, "pour");
        node.send(Node.pour().build(), path);

        north.lose();
        int attemptInTheMailbox = letter().origin.attempt();
        HandChannel south = node.member("south", 4, "pour");
        await().until(south::claimNext);
        south.answer(done());

        assertThat(attemptInTheMailbox).isEqualTo(2);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(south);
    }

    // ---- out of it ----

    @Test
    void commandThatWaitedIsAnsweredWhenAMemberComes() {
        absent();
        node.send(Node.pour().ttl(Duration.ofSeconds(9)).build(), path);
        node.advance(Duration.ofSeconds(4));

        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();
        long remaining = member.working().remainingNanos();
        member.answer(done());

        assertThat(remaining).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        assertThat(mailbox.waiting("cellar")).isZero();
        node.isEmpty(member);
    }

    @Test
    void commandForATargetThatNeverHadAMemberIsAnsweredByTheFirst() {
        node.controller.settings(ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
        node.send(Node.pour().build(), path);

        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();
        member.answer(done());

        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
        node.isEmpty(member);
    }

    @Test
    void commandThatWaitsLongerThanItsTargetIsRememberedIsAnsweredAllTheSame() {
        absent();
        node.send(Node.pour().ttl(Duration.ofDays(3)).build(), path);
        node.advance(Duration.ofDays(2));
        node.controller.forgetTargets();

        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();
        member.answer(done());

        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void commandThatWaitedForAnInstanceIsAnsweredByIt() {
        node.member("south", 4, "pour");
        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);

        HandChannel north = node.member("north", 4, "pour");
        north.claimNext();
        north.answer(done());

        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void messageOfACommandIsLetGoAtTheFirstPart() {
        absent();
        node.send(Node.pour().build(), path);
        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();
        int atTheClaim = letter().done;

        member.answer(Part.accepted().build());

        assertThat(atTheClaim).isZero();
        assertThat(letter().done).isEqualTo(1);
    }

    @Test
    void messageOfADurableCommandIsLetGoAtTheTerminal() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(Node.pour().durable(true).build(), path);
        member.claimNext();
        member.answer(Part.data(Payload.ofText("d")).build());
        int atTheFirstPart = letter().done;

        member.answer(done());

        assertThat(atTheFirstPart).isZero();
        assertThat(letter().done).isEqualTo(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(member);
    }

    @Test
    void durableCommandIsAdmittedOnlyOnceItIsStoredAlthoughAMemberIsHere() {
        HandChannel member = node.member("north", 4, "pour");
        mailbox.storesAtOnce = false;
        node.send(Node.pour().durable(true).build(), path);
        int admissionsBefore = path.admissions();
        int queuedBefore = member.queued();

        letter().store();

        assertThat(admissionsBefore).isZero();
        assertThat(queuedBefore).isZero();
        assertThat(path.admissions()).isEqualTo(1);
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void durableCommandThatComesOutBeforeItIsKnownToBeStoredIsAdmittedByThatAndOnlyOnce() {
        HandChannel member = node.member("north", 4, "pour");
        mailbox.storesAtOnce = false;
        node.send(Node.pour().durable(true).build(), path);
        letter().comeOutEarly();
        int admissionsBeforeAnyPart = path.admissions();
        member.claimNext();
        member.answer(Part.accepted().build());

        letter().stored.complete(null);
        member.answer(done());

        assertThat(admissionsBeforeAnyPart).isEqualTo(1);
        assertThat(path.admissions()).isEqualTo(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void commandThatCameOutIsNotEndedByAMailboxThatFailsToSayThatItWasStored() {
        HandChannel member = node.member("north", 4, "pour");
        mailbox.storesAtOnce = false;
        node.send(Node.pour().durable(true).build(), path);
        letter().comeOutEarly();
        member.claimNext();

        letter().stored.completeExceptionally(new IllegalStateException("the session is gone"));
        boolean endedThen = path.ended();
        member.answer(done());

        assertThat(endedThen).isFalse();
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void whatCameOutStaysTakenWhenTheMailboxIsClosed() {
        HandChannel member = node.member("north", 4, "pour");
        HandMailbox.Letter letter = mailbox.putByAnother(Node.pour().build(), 0);
        member.claimNext();

        node.controller.mailbox(null);
        int doneBefore = letter.done;
        member.answer(done());

        assertThat(doneBefore).isZero();
        assertThat(letter.back).isZero();
        assertThat(letter.done).isEqualTo(1);
    }

    @Test
    void durableCommandOfAFullTargetWaitsInTheMailbox() {
        HandChannel member = node.member("north", 1, "pour");
        node.send(Node.pour().build(), new RecordingReplyPath());

        node.send(Node.pour().durable(true).build(), path);
        int waitingWhileFull = mailbox.waiting("cellar");
        member.claimNext();
        member.answer(done());

        assertThat(path.ended()).isFalse();
        assertThat(waitingWhileFull).isEqualTo(1);
        await().until(member::claimNext);
        assertThat(mailbox.waiting("cellar")).isZero();
    }

    @Test
    void commandThatIsCancelledWhileItWaitsIsNotDispatchedWhenItComesOut() {
        absent();
        Incoming incoming = node.send(Node.pour().build(), path);

        incoming.cancel("enough");
        HandChannel member = node.member("north", 4, "pour");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().stage()).isEqualTo(Stage.MAILBOX);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(member.queued()).isZero();
        assertThat(letter().done).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void durableCommandThatIsCancelledWhileItWaitsMayStillRun() {
        absent();
        Incoming incoming = node.send(Node.pour().durable(true).build(), path);

        incoming.cancel("enough");

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void commandThatWaitsWhenItsControllerStopsMayStillRun() {
        absent();
        node.send(Node.pour().build(), path);

        node.controller.endAll();

        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().stage()).isEqualTo(Stage.MAILBOX);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    // ---- from another controller ----

    @Test
    void commandOfAnotherControllerIsDispatchedAndLetGoAtItsEnd() {
        HandChannel member = node.member("north", 4, "pour");

        HandMailbox.Letter letter = mailbox.putByAnother(Node.pour().build(), 0);
        member.claimNext();
        String source = member.working().source();
        member.answer(done());

        assertThat(source).isEqualTo("elsewhere");
        assertThat(letter.done).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void commandThatMayHaveRunIsNotDispatchedAgainUnlessItMayRunTwice() {
        HandChannel member = node.member("north", 4, "pour");

        HandMailbox.Letter once = mailbox.putByAnother(Node.pour().build(), 1);
        HandMailbox.Letter twice =
                mailbox.putByAnother(Node.pour().idempotent(true).build(), 1);

        assertThat(once.done).isEqualTo(1);
        assertThat(twice.done).isZero();
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void commandThatComesOutWithItsTimeSpentIsLetGoAndNotDispatched() {
        absent();
        HandMailbox.Letter letter =
                mailbox.putByAnother(Node.pour().ttl(Duration.ofSeconds(1)).build(), 0);
        node.advance(Duration.ofSeconds(1));

        HandChannel member = node.member("north", 4, "pour");

        assertThat(letter.done).isEqualTo(1);
        assertThat(letter.back).isZero();
        assertThat(member.queued()).isZero();
    }

    @Test
    void commandOfAnotherControllerThatNobodyServesIsLetGo() {
        node.member("north", 4, "pour");

        HandMailbox.Letter letter =
                mailbox.putByAnother(Command.to("cellar", "smash").build(), 0);

        assertThat(letter.done).isEqualTo(1);
        assertThat(node.outcomes()).containsExactly("cellar * NOT_SENT 1");
        node.isEmpty();
    }

    // ---- back into it ----

    @Test
    void commandGoesBackWhenItsMemberHasFilledUpAndComesAgainWhenThereIsRoom() {
        HandChannel member = node.member("north", 1, "pour");
        node.send(Node.pour().build(), new RecordingReplyPath());

        HandMailbox.Letter letter = mailbox.putByAnother(Node.pour().build(), 0);
        int backWhileFull = letter.back;
        member.claimNext();
        member.answer(done());

        assertThat(backWhileFull).isEqualTo(1);
        await().until(member::claimNext);
        member.answer(done());
        assertThat(letter.done).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void commandThatGoesBackBecauseAQueueRefusedItGivesTheCapacityBackOnce() {
        HandChannel member = node.member("north", 4, "pour");
        member.refusesOffers = true;

        HandMailbox.Letter letter =
                mailbox.putByAnother(Node.pour().ttl(Duration.ofSeconds(1)).build(), 0);
        node.passes(Duration.ofSeconds(2));

        assertThat(letter.back).isPositive();
        node.isEmpty(member);
    }

    @Test
    void commandThatAQueueRefusedComesAgainAfterAWhileAlthoughNothingElseEnds() {
        HandChannel member = node.member("north", 4, "pour");
        member.refusesOffers = true;
        mailbox.putByAnother(Node.pour().build(), 0);

        member.refusesOffers = false;

        await().until(member::claimNext);
    }

    @Test
    void messageThatComesAgainWhileItsCommandIsUnderWayIsLetGoAtTheEndOfTheCommandAndNotDispatchedAgain() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(Node.pour().durable(true).build(), path);
        member.claimNext();

        letter().comeOutAgain();
        int queuedAgain = member.queued();
        int doneBeforeTheEnd = letter().done;
        member.answer(done());

        assertThat(letter().deliveries).isEqualTo(2);
        assertThat(queuedAgain).isZero();
        assertThat(doneBeforeTheEnd).isZero();
        assertThat(letter().done).isEqualTo(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(member);
    }

    @Test
    void messageThatComesAgainAfterTheFirstPartIsLetGoAtOnce() {
        absent();
        node.send(Node.pour().build(), path);
        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();
        member.answer(Part.accepted().build());

        letter().comeOutAgain();

        assertThat(letter().done)
                .as("the first message, and the one that came again")
                .isEqualTo(2);
        assertThat(member.queued()).isZero();
    }

    @Test
    void messageThatComesAgainBeforeTheFirstPartIsLetGoWithIt() {
        absent();
        node.send(Node.pour().build(), path);
        HandChannel member = node.member("north", 4, "pour");
        member.claimNext();

        letter().comeOutAgain();
        int doneBeforeThePart = letter().done;
        member.answer(Part.accepted().build());

        assertThat(doneBeforeThePart).isZero();
        assertThat(letter().done).isEqualTo(1);
        assertThat(member.queued()).isZero();
    }

    // ---- how much comes ----

    @Test
    void nothingIsAskedForWithoutAMember() {
        absent();

        assertThat(mailbox.intake(CELLAR)).isNull();
    }

    @Test
    void neverMoreIsAskedForThanThereIsFreeCapacity() {
        HandChannel north = node.member("north", 3, "pour");
        node.member("south", 2, "pour");
        int withTwo = mailbox.intake(CELLAR).allowed();

        for (int i = 0; i < 5; i++) {
            mailbox.putByAnother(Node.pour().build(), 0);
        }
        int whenFull = mailbox.intake(CELLAR).allowed();
        mailbox.putByAnother(Node.pour().build(), 0);
        int waiting = mailbox.waiting("cellar");
        north.claimNext();
        north.answer(done());

        assertThat(withTwo).isEqualTo(5);
        assertThat(whenFull).isZero();
        assertThat(waiting).isEqualTo(1);
        assertThat(mailbox.waiting("cellar")).isZero();
        assertThat(mailbox.intake(CELLAR).requested).isEqualTo(6);
    }

    @Test
    void hugeCapacityIsAskedForInPortions() {
        node.member("north", 1_000_000, "pour");

        assertThat(mailbox.intake(CELLAR).allowed()).isEqualTo(64);
    }

    @Test
    void thousandCommandsPassThroughASmallCapacity() {
        HandChannel member = node.member("north", 3, "pour");
        for (int i = 0; i < 1000; i++) {
            mailbox.putByAnother(Node.pour().build(), 0);
        }

        int answered = 0;
        while (member.claimNext()) {
            assertThat(Node.sessionOf(member).inFlight()).isLessThanOrEqualTo(3);
            assertThat(mailbox.intake(CELLAR).allowed()).isLessThanOrEqualTo(3);
            member.answer(done());
            answered++;
        }

        assertThat(answered).isEqualTo(1000);
        node.isEmpty(member);
    }

    // ---- mailboxes and members come and go ----

    @Test
    void mailboxThatAppearsAtRunTimeIsRead() {
        node.controller.mailbox(null);
        HandChannel member = node.member("north", 4, "pour");
        HandMailbox late = new HandMailbox(node.clock::get);
        late.putByAnother(Node.pour().build(), 0);

        node.controller.mailbox(late);

        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void mailboxThatAppearsWhileMembersAreFullIsReadOnceThereIsRoom() {
        node.controller.mailbox(null);
        HandChannel member = node.member("north", 1, "pour");
        node.send(Node.pour().build(), path);
        HandMailbox late = new HandMailbox(node.clock::get);
        late.putByAnother(Node.pour().build(), 0);
        node.controller.mailbox(late);

        member.claimNext();
        member.answer(done());

        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void mailboxThatGoesIsClosedAndCommandsNoLongerWait() {
        HandChannel member = node.member("north", 4, "pour");
        HandMailbox.HandIntake intake = mailbox.intake(CELLAR);

        node.controller.mailbox(null);
        member.lose();
        node.send(Node.pour().build(), path);

        assertThat(intake.closed).isTrue();
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    @Test
    void mailboxIsClosedWhenTheLastMemberGoes() {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        HandMailbox.HandIntake intake = mailbox.intake(CELLAR);

        north.lose();
        boolean closedWithOneLeft = intake.closed;
        south.lose();

        assertThat(closedWithOneLeft).isFalse();
        assertThat(intake.closed).isTrue();
        assertThat(mailbox.intake(new Target("cellar", "north"))).isNull();
    }

    @Test
    void mailboxIsClosedWhenTheLastMemberDrains() {
        HandChannel member = node.member("north", 4, "pour");
        HandMailbox.HandIntake intake = mailbox.intake(CELLAR);

        member.peer.draining();
        mailbox.putByAnother(Node.pour().build(), 0);

        assertThat(intake.closed).isTrue();
        assertThat(mailbox.waiting("cellar")).isEqualTo(1);
        assertThat(member.queued()).isZero();
    }
}
