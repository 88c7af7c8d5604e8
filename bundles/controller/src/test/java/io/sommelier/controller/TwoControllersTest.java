package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Note;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command whose caller is at one controller, and that another takes out of the mailbox. Promise 3: the reply is accepted only from who took it. */
@Timeout(20)
class TwoControllersTest {
    private static final Target CELLAR = Target.of("cellar");
    private static final ControllerSettings SETTINGS = ControllerSettings.defaults()
            .withKnownTargets(Set.of("cellar"))
            .withRetries(new RetrySettings(Duration.ofMillis(10), Duration.ofMillis(20)));

    private final Node origin = new Node("node-1", SETTINGS);
    private final Node taker = new Node("node-2", SETTINGS);
    private final HandMailbox mailbox = new HandMailbox(origin.clock::get);
    private final HandLink link = new HandLink();
    private final RecordingReplyPath path = new RecordingReplyPath();

    @BeforeEach
    void open() {
        origin.controller.link(link);
        taker.controller.link(link);
        origin.controller.mailbox(mailbox);
        taker.controller.mailbox(mailbox);
    }

    @AfterEach
    void close() {
        origin.close();
        taker.close();
    }

    private static Part done() {
        return Part.complete(Payload.ofText("poured")).build();
    }

    private static Part data(int sequence, int bytes) {
        return Part.data(Payload.copyOf(new byte[bytes])).sequence(sequence).build();
    }

    private HandMailbox.Letter letter() {
        return mailbox.puts.get(0);
    }

    private TakenHere takings() {
        return taker.controller.line().here();
    }

    private long foreign() {
        return origin.controller.line().elsewhere().foreign();
    }

    private void nothingIsLeft(HandChannel... members) {
        origin.isEmpty();
        taker.isEmpty(members);
        assertThat(takings().size()).as("takings").isZero();
    }

    // ---- a reply ----

    @Test
    void replyReachesTheCallerAtTheOtherController() {
        HandChannel north = taker.member("north", 4, "pour");

        origin.send(Node.pour().build(), path);
        boolean isClaimed = north.claimNext();
        north.answer(done());

        assertThat(isClaimed).isTrue();
        assertThat(path.admissions()).isEqualTo(1);
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        assertThat(letter().done).isEqualTo(1);
        nothingIsLeft(north);
    }

    @Test
    void durableCommandThatTheOtherTakesBeforeItIsKnownToBeStoredIsAdmittedByThatAndOnlyOnce() {
        HandChannel north = taker.member("north", 4, "pour");
        mailbox.storesAtOnce = false;
        origin.send(Node.pour().durable(true).build(), path);

        letter().comeOutEarly();
        int admissionsBeforeAnyPart = path.admissions();
        north.claimNext();
        north.answer(done());
        letter().stored.complete(null);

        assertThat(admissionsBeforeAnyPart).isEqualTo(1);
        assertThat(path.admissions()).isEqualTo(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        nothingIsLeft(north);
    }

    @Test
    void whatTheMemberSeesIsTheCallersPrincipalSourceAndRemainingTime() {
        HandChannel north = taker.member("north", 4, "pour");

        origin.send(Node.pour().ttl(Duration.ofSeconds(9)).build(), path);
        north.claimNext();

        assertThat(north.working().source()).isEqualTo("caller");
        assertThat(north.working().principal()).isEmpty();
        assertThat(north.working().attempt()).isEqualTo(1);
        assertThat(north.working().remainingNanos())
                .isEqualTo(Duration.ofSeconds(9).toNanos());
    }

    @Test
    void failureReachesTheCallerAsTheMemberSaidIt() {
        HandChannel north = taker.member("north", 4, "pour");
        CommandError error =
                CommandError.of(ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the cellar is full");

        origin.send(Node.pour().build(), path);
        north.claimNext();
        north.answer(Part.failed(error).build());

        assertThat(path.error()).isEqualTo(error);
        nothingIsLeft(north);
    }

    @Test
    void everyNoteMayComeTwiceAndThereIsStillOneReply() {
        link.doubles = true;
        HandChannel north = taker.member("north", 4, "pour");

        Incoming call = origin.send(Node.pour().build(), 1000, path);
        north.claimNext();
        north.answer(Part.accepted().build());
        north.answer(data(0, 500));
        call.credit(500);
        long credit = north.grantedCredit();
        north.answer(data(1, 700));
        north.answer(done().toBuilder().finalCount(2).build());

        assertThat(path.parts())
                .extracting(Part::status)
                .containsExactly(PartStatus.ACCEPTED, PartStatus.DATA, PartStatus.DATA, PartStatus.COMPLETE);
        assertThat(credit).isEqualTo(1500);
        nothingIsLeft(north);
    }

    @Test
    void messageIsLetGoAtTheFirstPartAndThatOfADurableCommandAtTheEnd() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        origin.send(Node.pour().durable(true).build(), new RecordingReplyPath());
        north.claimNext();
        north.claimNext();

        north.answer(Part.accepted().build());
        int afterPart = letter().done;
        north.answer(done());
        north.answer(Part.accepted().build());
        int durableAfterPart = mailbox.puts.get(1).done;
        north.answer(done());

        assertThat(afterPart).isEqualTo(1);
        assertThat(durableAfterPart).isZero();
        assertThat(mailbox.puts.get(1).done).isEqualTo(1);
        nothingIsLeft(north);
    }

    // ---- credit ----

    @Test
    void memberGetsTheCallersCreditAndNoMore() {
        HandChannel north = taker.member("north", 4, "pour");

        Incoming call = origin.send(Node.pour().build(), 300, path);
        north.claimNext();
        long first = north.grantedCredit();
        north.answer(data(0, 300));
        long afterPart = north.grantedCredit();
        call.credit(200);

        assertThat(first).isEqualTo(300);
        assertThat(afterPart).isEqualTo(300);
        assertThat(north.grantedCredit()).isEqualTo(500);
    }

    @Test
    void creditThatIsGivenBeforeSomebodyTakesTheCommandIsNotLost() {
        Incoming call = origin.send(Node.pour().build(), 100, path);
        call.credit(50);

        HandChannel north = taker.member("north", 4, "pour");
        call.credit(7);
        north.claimNext();

        assertThat(north.grantedCredit()).isEqualTo(157);
    }

    @Test
    void unlimitedCreditIsPassedOnAsAWindowBeyondWhatHasCome() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), Long.MAX_VALUE, path);
        north.claimNext();
        long first = north.grantedCredit();

        link.keep();
        north.answer(data(0, 100_000));
        long onItsWay = north.grantedCredit();
        link.letGo();

        assertThat(first).isEqualTo(RemoteTaker.WINDOW_BYTES);
        assertThat(onItsWay).isEqualTo(first);
        assertThat(north.grantedCredit()).isEqualTo(first + 100_000);
    }

    @Test
    void creditBeyondTheWindowIsNotForgotten() {
        HandChannel north = taker.member("north", 4, "pour");
        Incoming call = origin.send(Node.pour().build(), RemoteTaker.WINDOW_BYTES + 10_000, path);
        north.claimNext();
        long first = north.grantedCredit();

        north.answer(data(0, 10_000));
        long second = north.grantedCredit();
        call.credit(1_000);
        north.answer(data(1, 70_000));

        assertThat(first).isEqualTo(RemoteTaker.WINDOW_BYTES);
        assertThat(second).isEqualTo(first + 10_000);
        assertThat(north.grantedCredit()).isEqualTo(first + 11_000);
    }

    // ---- asking first ----

    @Test
    void nothingBeginsBeforeTheOriginHasSaidSo() {
        HandChannel north = taker.member("north", 4, "pour");

        link.keep();
        origin.send(Node.pour().build(), path);
        int before = north.queued();
        link.letGo();

        assertThat(before).isZero();
        assertThat(north.queued()).isEqualTo(1);
    }

    @Test
    void whileOriginsAreAskedNoMoreIsTakenThanMembersHaveRoomFor() {
        taker.member("north", 2, "pour");

        link.keep();
        for (int i = 0; i < 10; i++) {
            origin.send(Node.pour().build(), new RecordingReplyPath());
        }

        assertThat(mailbox.waiting("cellar")).isEqualTo(8);
        link.letGo();
        assertThat(mailbox.waiting("cellar")).isEqualTo(8);
    }

    @Test
    void commandThatWasCancelledWhileItWaitedIsNotExecutedAndLeavesRoomForOthers() {
        Incoming call = origin.send(Node.pour().build(), path);
        origin.send(Node.pour().build(), new RecordingReplyPath());
        call.cancel("the guest left");

        HandChannel north = taker.member("north", 1, "pour");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(letter().done).isEqualTo(1);
        assertThat(north.queued()).isEqualTo(1);
        assertThat(north.claimNext()).isTrue();
        assertThat(north.claimedIds())
                .containsExactly(mailbox.puts.get(1).command.id());
    }

    @Test
    void commandThatNobodyTookExpiresAsNotSent() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), new RecordingReplyPath()); // so that the other controller is heard of
        north.claimNext();
        north.answer(done());
        taker.controller.mailbox(null);

        origin.send(Node.pour().ttl(Duration.ofSeconds(2)).build(), path);
        origin.passes(Duration.ofSeconds(2));

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void commandThatExpiresAfterTheLineWasAwayMayHaveBeenTakenMeanwhile() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), new RecordingReplyPath());
        north.claimNext();
        north.answer(done());
        taker.controller.mailbox(null);

        origin.send(Node.pour().ttl(Duration.ofSeconds(2)).build(), path);
        link.interrupt("node-1");
        origin.passes(Duration.ofSeconds(2));

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void originThatDoesNotAnswerGetsItsCommandBackAndMayGrantTheNext() {
        HandChannel north = taker.member("north", 4, "pour");
        link.drops = note -> note instanceof Note.Grant;
        origin.send(Node.pour().ttl(Duration.ofMinutes(1)).build(), path);
        int before = letter().back;

        taker.advance(Duration.ofSeconds(3));
        await().until(() -> letter().back == before + 1);
        link.drops = note -> false;
        await().until(() -> {
            taker.advance(Duration.ofSeconds(1));
            return north.queued() == 1;
        });
        north.claimNext();
        north.answer(done());

        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(path.parts()).hasSize(1);
        nothingIsLeft(north);
    }

    private static org.awaitility.core.ConditionFactory await() {
        return org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5));
    }

    @Test
    void memberThatWentMeanwhileLeavesTheCommandInItsMailboxForTheNext() {
        HandChannel north = taker.member("north", 4, "pour");
        link.keep();
        origin.send(Node.pour().build(), path);
        north.lose();
        link.letGo();
        int live = taker.controller.table().size();
        HandChannel south = taker.member("south", 4, "pour");
        await().until(south::claimNext);
        south.answer(done());

        assertThat(live).isZero();
        assertThat(letter().back).isEqualTo(1);
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        nothingIsLeft(south);
    }

    @Test
    void commandThatWentBackBeforeTheOriginHeardOfItIsGrantedToWhoAsksNext() {
        HandChannel north = taker.member("north", 4, "pour");
        link.drops = note -> note instanceof Note.Return;
        link.keep();
        origin.send(Node.pour().build(), path);
        north.lose();
        link.letGo();

        HandChannel south = taker.member("south", 4, "pour");
        await().until(south::claimNext);
        south.answer(done());

        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        nothingIsLeft(south);
    }

    @Test
    void commandThatWentBackMayBeExecutedAtItsOrigin() {
        HandChannel north = taker.member("north", 4, "pour");
        link.drops = note -> note instanceof Note.Return;
        link.keep();
        origin.send(Node.pour().build(), path);
        north.lose();
        link.letGo();

        HandChannel home = origin.member("home", 4, "pour");
        await().until(home::claimNext);
        home.answer(done());

        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        origin.isEmpty(home);
    }

    // ---- the end from the caller's side ----

    @Test
    void cancelReachesTheWorkerBeforeAnyPart() {
        HandChannel north = taker.member("north", 4, "pour");
        Incoming call = origin.send(Node.pour().build(), path);
        north.claimNext();

        call.cancel("the guest left");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(north.cancels()).hasSize(1);
        assertThat(north.cancels().get(0)).contains("the guest left");
        assertThat(path.parts()).hasSize(1);
        nothingIsLeft(north);
    }

    @Test
    void durableCommandWhoseCallerIsGoneRunsToItsEndAtTheOtherController() {
        HandChannel north = taker.member("north", 4, "pour");
        Incoming call = origin.send(Node.pour().durable(true).build(), 1000, path);
        north.claimNext();
        north.answer(data(0, 500));

        call.callerGone("the socket was closed");
        int parts = 20;
        for (int i = 1; i < parts; i++) {
            assertThat(north.grantedCredit()).isGreaterThan(i * 50_000L);
            assertThat(north.answer(data(i, 50_000))).isTrue();
        }
        north.answer(done().toBuilder().finalCount(parts).build());

        assertThat(north.cancels()).isEmpty();
        assertThat(path.parts()).hasSize(1);
        assertThat(origin.outcomes()).containsExactly("cellar * COMPLETED 1");
        assertThat(letter().done).isEqualTo(1);
        nothingIsLeft(north);
    }

    @Test
    void durableCommandWhoseCallerWentWhileItWaitedIsGrantedAllTheSame() {
        Incoming call = origin.send(Node.pour().durable(true).build(), 1000, path);

        call.callerGone("the socket was closed");
        HandChannel north = taker.member("north", 4, "pour");

        assertThat(north.claimNext()).isTrue();
        north.answer(done());
        assertThat(path.parts()).isEmpty();
        assertThat(origin.outcomes()).containsExactly("cellar * COMPLETED 1");
        assertThat(letter().done).isEqualTo(1);
        nothingIsLeft(north);
    }

    @Test
    void cancelReachesTheWorkerInTheStream() {
        HandChannel north = taker.member("north", 4, "pour");
        Incoming call = origin.send(Node.pour().build(), path);
        north.claimNext();
        north.answer(data(0, 10));

        call.cancel("");

        assertThat(north.cancels()).hasSize(1);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        nothingIsLeft(north);
    }

    @Test
    void deadlineAtTheOriginReachesTheWorkerAndTheLateReplyIsDropped() {
        HandChannel north = taker.member("north", 4, "pour");
        link.drops = note -> note instanceof Note.Cancel;
        origin.send(Node.pour().ttl(Duration.ofSeconds(2)).build(), path);
        north.claimNext();

        origin.passes(Duration.ofSeconds(2));
        long before = origin.controller.lateParts();
        north.answer(done());

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.parts()).hasSize(1);
        assertThat(origin.controller.lateParts()).isEqualTo(before + 1);
        nothingIsLeft(north);
    }

    @Test
    void deadlineAtTheTakerIsKeptThereToo() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().ttl(Duration.ofSeconds(2)).build(), path);
        north.claimNext();

        taker.passes(Duration.ofSeconds(2));

        assertThat(north.cancels()).hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        nothingIsLeft(north);
    }

    // ---- a controller dies ----

    @Test
    void takerThatDiesWithACommandThatMayNotRunTwiceIsToldOfAtOnce() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();

        link.kill("node-2");

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().stage()).isEqualTo(Stage.REPLY_WAIT);
        origin.isEmpty();
    }

    @Test
    void takerThatDiesInTheStreamEndsItUnknown() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().idempotent(true).build(), path);
        north.claimNext();
        north.answer(data(0, 10));

        link.kill("node-2");

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().stage()).isEqualTo(Stage.STREAM);
        origin.isEmpty();
    }

    @Test
    void commandThatMayRunTwiceIsExecutedByTheNextAndTheDeadOneIsNotBelieved() {
        HandChannel north = taker.member("north", 4, "pour");
        ControllerLink.Sender dead = link.sender("node-2");
        origin.send(Node.pour().idempotent(true).build(), path);
        north.claimNext();
        Note.Take first = link.all(Note.Ask.class).get(0).take();
        link.kill("node-2");
        boolean isEnded = path.ended();
        mailbox.intake(CELLAR).closed = true;

        try (Node third = new Node("node-3", SETTINGS)) {
            third.controller.link(link);
            third.controller.mailbox(mailbox);
            HandChannel south = third.member("south", 4, "pour");
            letter().comeOutAgain();
            south.claimNext();
            link.bring(dead, "node-1", new Note.Reply(first, 0, done()));
            boolean isEndedByTheDead = path.ended();
            int attempt = south.working().attempt();
            south.answer(done());

            assertThat(isEnded).isFalse();
            assertThat(isEndedByTheDead).isFalse();
            assertThat(attempt).isEqualTo(2);
            assertThat(path.parts()).hasSize(1);
            assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
            assertThat(foreign()).isEqualTo(1);
            third.isEmpty(south);
        }
        origin.isEmpty();
    }

    @Test
    void commandThatComesOutAgainAndMayNotRunTwiceIsGivenUpAndItsCallerKnows() {
        origin.send(Node.pour().build(), path);
        letter().deliveries = 1; // somebody had it, who never asked

        HandChannel north = taker.member("north", 4, "pour");

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(letter().done).isEqualTo(1);
        assertThat(north.queued()).isZero();
        nothingIsLeft(north);
    }

    @Test
    void commandThatComesOutAgainAtItsOriginAndMayNotRunTwiceIsGivenUp() {
        origin.send(Node.pour().build(), path);
        letter().deliveries = 1;

        HandChannel home = origin.member("home", 4, "pour");

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(letter().done).isEqualTo(1);
        assertThat(home.queued()).isZero();
        origin.isEmpty(home);
    }

    @Test
    void commandThatWhoeverHasItKillsIsADeadLetterInTheEnd() {
        origin.send(Node.pour().idempotent(true).build(), path);
        letter().deliveries = 3; // three attempts are allowed

        HandChannel north = taker.member("north", 4, "pour");

        assertThat(letter().dead.code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(letter().dead.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error()).isEqualTo(letter().dead);
        assertThat(north.queued()).isZero();
        nothingIsLeft(north);
    }

    @Test
    void whileTheTakerLivesItsCommandIsItsOwnThoughItComesOutOnceMore() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();

        HandChannel home = origin.member("home", 4, "pour");
        mailbox.intake(CELLAR).closed = true; // that of the taker, which is first
        letter().comeOutAgain();
        north.answer(done());

        assertThat(home.queued()).isZero();
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        origin.isEmpty(home);
    }

    @Test
    void commandOfAnOriginThatIsGoneIsExecutedAllTheSameAndItsReplyIsCounted() {
        origin.send(Node.pour().build(), path);
        link.kill("node-1");

        HandChannel north = taker.member("north", 4, "pour");
        north.claimNext();
        long before = takings().lost();
        north.answer(data(0, 500_000));
        north.answer(done().toBuilder().finalCount(1).build());

        assertThat(before).isZero();
        assertThat(takings().lost()).isEqualTo(1);
        assertThat(letter().done).isEqualTo(1);
        taker.isEmpty(north);
        assertThat(takings().size()).isZero();
    }

    @Test
    void originThatDiesTakesItsCallersWithItButNotWhatIsDurable() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        origin.send(Node.pour().durable(true).build(), 10, new RecordingReplyPath());
        north.claimNext();
        north.claimNext();

        link.kill("node-1");
        List<String> cancels = north.cancels();
        north.answer(data(0, 500_000));
        long credit = north.grantedCredit();
        north.answer(done().toBuilder().finalCount(1).build());

        assertThat(cancels).hasSize(1);
        assertThat(credit).isGreaterThan(1_000_000);
        assertThat(mailbox.puts.get(1).done).isEqualTo(1);
        assertThat(takings().size()).isZero();
        taker.isEmpty(north);
    }

    @Test
    void durableCommandThatNobodyWaitsForAnyMoreIsStillExecuted() {
        Incoming call = origin.send(Node.pour().durable(true).build(), path);
        call.cancel("the guest left");

        HandChannel north = taker.member("north", 4, "pour");
        north.claimNext();
        north.answer(done());

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(letter().done).isEqualTo(1);
        assertThat(takings().lost()).isEqualTo(1);
        nothingIsLeft(north);
    }

    // ---- notes that are lost ----

    @Test
    void missingPartEndsTheStreamAndTheWorkerIsTold() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        north.answer(data(0, 10));

        link.drops = note -> note instanceof Note.Reply;
        north.answer(data(1, 10));
        link.drops = note -> false;
        north.answer(data(2, 10));

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        assertThat(path.parts()).hasSize(2);
        assertThat(north.cancels()).hasSize(1);
        nothingIsLeft(north);
    }

    @Test
    void endBehindAMissingPartIsAReplyThatWasLostAndNeverASuccess() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        link.drops = note -> note instanceof Note.Reply;
        north.answer(data(0, 10));
        link.drops = note -> false;

        north.answer(done().toBuilder().finalCount(1).build());

        assertThat(path.error().outcome()).isEqualTo(Outcome.REPLY_LOST);
        nothingIsLeft(north);
    }

    @Test
    void endThatWasLostIsFoundOutWhenTheLineIsThereAgain() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        link.drops = note -> note instanceof Note.Reply;
        north.answer(done());
        boolean before = path.ended();
        link.drops = note -> false;

        link.interrupt("node-1");

        assertThat(before).isFalse();
        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        nothingIsLeft(north);
    }

    @Test
    void partThatWasLostIsFoundOutWhenTheLineIsThereAgain() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        north.answer(data(0, 10));
        link.drops = note -> note instanceof Note.Reply;
        north.answer(data(1, 10));
        link.drops = note -> false;

        link.interrupt("node-1");

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(north.cancels()).hasSize(1);
        nothingIsLeft(north);
    }

    @Test
    void creditThatWasLostIsGivenAgainWhenTheLineIsThereAgain() {
        HandChannel north = taker.member("north", 4, "pour");
        Incoming call = origin.send(Node.pour().build(), 100, path);
        north.claimNext();
        link.drops = note -> note instanceof Note.Credit;
        call.credit(50);
        link.drops = note -> false;
        long before = north.grantedCredit();

        link.interrupt("node-1");

        assertThat(before).isEqualTo(100);
        assertThat(north.grantedCredit()).isEqualTo(150);
        assertThat(path.ended()).isFalse();
    }

    @Test
    void takerThatCannotSendAPartEndsTheWorkAndSaysSo() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        north.answer(data(0, 10));
        link.fails = note ->
                note instanceof Note.Reply reply && !reply.part().status().isTerminal();

        north.answer(data(1, 10));

        assertThat(north.cancels()).hasSize(1);
        assertThat(path.error().outcome()).isNotEqualTo(Outcome.NOT_SENT);
        assertThat(path.parts()).hasSize(2);
        nothingIsLeft(north);
    }

    @Test
    void endThatCannotBeSentIsCounted() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();
        link.fails = note -> note instanceof Note.Reply;

        north.answer(done());

        assertThat(takings().lost()).isEqualTo(1);
        taker.isEmpty(north);
        assertThat(takings().size()).isZero();
    }

    // ---- strangers ----

    @Test
    void replyOfAnyoneElseIsRefused() {
        HandChannel north = taker.member("north", 4, "pour");
        Command command = Node.pour().build();
        origin.send(command, path);
        north.claimNext();
        Note.Take real = link.all(Note.Ask.class).get(0).take();
        ControllerLink.Sender sender = link.sender("node-2");

        link.bring(new ControllerLink.Sender("node-9", 1), "node-1", new Note.Reply(real, 0, done()));
        link.bring(new ControllerLink.Sender("node-2", 77), "node-1", new Note.Reply(real, 0, done()));
        link.bring(sender, "node-1", new Note.Reply(new Note.Take(command.id(), "", real.number() + 1), 0, done()));
        link.bring(sender, "node-1", new Note.Reply(new Note.Take(command.id(), "bob", real.number()), 0, done()));
        link.bring(sender, "node-1", new Note.Reply(new Note.Take(CommandId.random(), "", real.number()), 0, done()));
        link.bring(new ControllerLink.Sender("node-9", 1), "node-1", new Note.Return(real, 1));
        link.bring(new ControllerLink.Sender("node-9", 1), "node-1", new Note.Progress(real, -1));
        boolean isEnded = path.ended();
        north.answer(done());

        assertThat(isEnded).isFalse();
        assertThat(foreign()).isEqualTo(7);
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
    }

    @Test
    void replyToACommandThatIsStillOrNeverWasAtHomeIsRefused() {
        HandChannel home = origin.member("home", 4, "pour");
        Command command = Node.pour().build();
        origin.send(command, path);
        Note.Take take = new Note.Take(command.id(), "", 5);

        link.bring(link.sender("node-2"), "node-1", new Note.Reply(take, 0, done()));
        link.bring(link.sender("node-2"), "node-1", new Note.Ask(take, 1, 1));
        home.claimNext();
        link.bring(link.sender("node-2"), "node-1", new Note.Reply(take, 0, done()));
        home.answer(done());

        assertThat(foreign()).isEqualTo(2);
        assertThat(link.all(Note.Deny.class)).containsExactly(new Note.Deny(take, true));
        assertThat(path.parts()).hasSize(1);
    }

    @Test
    void creditAndCancelOfAnyoneButTheOriginAreIgnored() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), 100, path);
        north.claimNext();
        Note.Take take = link.all(Note.Ask.class).get(0).take();

        link.bring(new ControllerLink.Sender("node-9", 1), "node-2", new Note.Cancel(take, "mine"));
        link.bring(new ControllerLink.Sender("node-1", 99), "node-2", new Note.Cancel(take, "mine"));
        link.bring(new ControllerLink.Sender("node-9", 1), "node-2", new Note.Credit(take, 9999));

        assertThat(north.cancels()).isEmpty();
        assertThat(north.grantedCredit()).isEqualTo(100);
    }

    // ---- another attempt ----

    @Test
    void commandThatMayRunTwiceIsTriedAgainFromTheMailboxWhenItsMemberIsLostAndNoOtherIsThere() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().ttl(Duration.ofMinutes(1)).idempotent(true).build(), path);
        north.claimNext();

        north.lose();
        Duration delay = letter().delay;
        int attempt = mailbox.puts.get(1).origin.attempt();
        HandChannel south = taker.member("south", 4, "pour");
        await().until(south::claimNext);
        int seen = south.working().attempt();
        south.answer(done());

        assertThat(delay).isBetween(Duration.ofMillis(5), Duration.ofMillis(20));
        assertThat(attempt).isEqualTo(2);
        assertThat(seen).isEqualTo(2);
        assertThat(mailbox.puts.get(1).origin.controllerId()).isEqualTo("node-1");
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        nothingIsLeft(south);
    }

    @Test
    void commandThatMayNotRunTwiceIsNotTriedAgain() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().build(), path);
        north.claimNext();

        north.lose();

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(mailbox.puts).hasSize(1);
        nothingIsLeft();
    }

    @Test
    void afterTheLastAttemptTheCommandIsADeadLetterAndItsCallerKnows() {
        origin.send(Node.pour().ttl(Duration.ofMinutes(1)).idempotent(true).build(), path);
        for (int attempt = 1; attempt <= 3; attempt++) {
            HandChannel member = taker.member("member-" + attempt, 4, "pour");
            await().until(member::claimNext);
            member.lose();
        }

        assertThat(path.error().code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.parts()).hasSize(1);
        assertThat(mailbox.puts).hasSize(3);
        assertThat(mailbox.puts.get(2).dead).isEqualTo(path.error());
        nothingIsLeft();
    }

    @Test
    void commandWithItsCallerHereIsTriedAgainAndEndsAsADeadLetterToo() {
        HandChannel idle = taker.member("idle", 4, "pour"); // so that it waits in the mailbox at first
        idle.lose();
        origin.send(Node.pour().ttl(Duration.ofMinutes(1)).idempotent(true).build(), path);
        for (int attempt = 1; attempt <= 3; attempt++) {
            HandChannel member = origin.member("member-" + attempt, 4, "pour");
            await().until(member::claimNext);
            assertThat(member.working().attempt()).isEqualTo(attempt);
            member.lose();
        }

        assertThat(path.error().code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(mailbox.puts.get(2).dead).isEqualTo(path.error());
        assertThat(path.admissions()).isEqualTo(1);
        origin.isEmpty();
    }

    @Test
    void laterAttemptThatIsRefusedMayHaveRunBefore() {
        HandChannel north = taker.member("north", 4, "pour");
        origin.send(Node.pour().ttl(Duration.ofMinutes(1)).idempotent(true).build(), path);
        north.claimNext();
        north.lose();
        HandChannel south = taker.member("south", 4, "pour");
        await().until(south::claimNext);

        south.answer(Part.failed(CommandError.of(
                        ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the cellar is full"))
                .build());

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }
}
