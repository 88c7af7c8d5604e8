package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.admin.CommandState;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 5: of all commands with one key one is dispatched within the window, and the others get its reply. */
@Timeout(20)
class KeyWindowTest {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final KeySettings KEYS = new KeySettings(WINDOW, 100, 1 << 20, 8 << 10);

    private final Node node = new Node(ControllerSettings.defaults().withKeys(KEYS));
    private final KeyWindow keys = node.controller.keys();
    private final HandChannel member = node.member("north", 16, "pour", "count");
    private final RecordingReplyPath first = new RecordingReplyPath();
    private final RecordingReplyPath second = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private static Command.Builder keyed(String key) {
        return Node.pour().idempotencyKey(key).payload(Payload.ofText("red"));
    }

    private static Command.Builder keyed() {
        return keyed("k");
    }

    private Incoming send(Command.Builder command, RecordingReplyPath path) {
        return node.send(command.build(), path);
    }

    private RecordingReplyPath send(Command.Builder command) {
        RecordingReplyPath path = new RecordingReplyPath();
        send(command, path);
        return path;
    }

    private void answer(Part part) {
        if (member.queued() > 0) {
            member.claimNext();
        }
        assertThat(member.answer(part)).isTrue();
    }

    private void completeWith(String text) {
        answer(Part.complete(Payload.ofText(text)).build());
    }

    private void refuse() {
        answer(Part.failed(CommandError.of(
                        ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the executor is full"))
                .build());
    }

    private static void isCompletedWith(RecordingReplyPath path, String text) {
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(path.terminal().payload().asText()).isEqualTo(text);
    }

    private static void isError(RecordingReplyPath path, ErrorCode code, Outcome outcome, Stage stage) {
        assertThat(path.parts()).hasSize(1);
        assertThat(path.error().code()).isEqualTo(code);
        assertThat(path.error().outcome()).isEqualTo(outcome);
        assertThat(path.error().stage()).isEqualTo(stage);
    }

    private static void isWithoutReply(RecordingReplyPath path) {
        isError(path, ErrorCode.REPLY_NOT_KEPT, Outcome.UNKNOWN, Stage.ROUTING);
        assertThat(path.error().retryable()).isFalse();
    }

    /** All that came is answered, and no key and no byte is held for what is under way. */
    private void nothingIsUnderWay() {
        node.isEmpty(member);
        assertThat(member.queued()).isZero();
        assertThat(keys.running()).isZero();
    }

    // ---- a repetition after the end ----

    @Test
    void repetitionOfWhatHasEndedGetsTheSameReplyAndIsNotDispatched() {
        Part reply = Part.complete(Payload.ofText("poured"))
                .headers(Headers.of("vintage", "1982"))
                .contentType("text/plain")
                .suggestedStatus(201)
                .build();
        send(keyed(), first);
        answer(reply);

        send(keyed(), second);

        assertThat(second.parts()).containsExactlyElementsOf(first.parts()).containsExactly(reply);
        nothingIsUnderWay();
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 2");
    }

    @Test
    void repetitionGetsAllPartsOfAStreamAgainstItsOwnCredit() {
        send(keyed(), first);
        answer(Part.accepted().contentType("text/plain").build());
        for (int i = 0; i < 3; i++) {
            answer(Part.data(Payload.ofText("x".repeat(200))).sequence(i).build());
        }
        answer(Part.complete(Payload.empty()).finalCount(3).build());

        Incoming slow = node.send(keyed().build(), 0, second);
        assertThat(second.parts()).hasSize(1);
        assertThat(node.controller.table().size()).isEqualTo(1);
        slow.credit(1);
        assertThat(second.parts()).hasSize(2);
        slow.credit(199);
        assertThat(second.parts()).hasSize(2);
        slow.credit(201);

        assertThat(second.parts()).containsExactlyElementsOf(first.parts()).hasSize(5);
        nothingIsUnderWay();
    }

    @Test
    void slowReaderOfAnOldReplyMayGiveUpAndItsTimeMayRunOut() {
        send(keyed(), first);
        answer(Part.data(Payload.ofText("drop")).build());
        answer(Part.complete(Payload.empty()).finalCount(1).build());
        RecordingReplyPath third = new RecordingReplyPath();

        Incoming gone = node.send(keyed().build(), 0, second);
        node.send(keyed().ttl(Duration.ofSeconds(1)).build(), 0, third);
        gone.cancel("enough");
        gone.credit(1000);
        node.passes(Duration.ofSeconds(1));

        isError(second, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        isError(third, ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        nothingIsUnderWay();
    }

    @Test
    void failureOfTheHandlerIsAReplyLikeAnyOther() {
        Part failure = Part.failed(CommandError.executed("corked"))
                .payload(Payload.ofText("detail"))
                .suggestedStatus(409)
                .build();
        send(keyed(), first);
        answer(failure);

        send(keyed(), second);

        assertThat(second.error()).isEqualTo(failure.error().orElseThrow());
        assertThat(second.terminal().payload().asText()).isEqualTo("detail");
        assertThat(second.terminal().suggestedStatus()).isEqualTo(409);
        nothingIsUnderWay();
    }

    @Test
    void commandsWithoutAKeyAreNotToldApart() {
        send(Node.pour());
        completeWith("one");

        RecordingReplyPath again = send(Node.pour());

        assertThat(member.queued()).isEqualTo(1);
        assertThat(again.parts()).isEmpty();
        assertThat(keys.keys()).isZero();
    }

    @Test
    void commandWithoutAKeyPassesWhileTheWindowIsLocked() throws Exception {
        CompletableFuture<Void> isLocked = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread locker = new Thread(() -> {
            synchronized (keys) {
                isLocked.complete(null);
                done.join();
            }
        });
        locker.start();
        isLocked.join();

        send(Node.pour(), first);
        answer(Part.data(Payload.ofText("drop")).build());
        answer(Part.complete(Payload.empty()).finalCount(1).build());
        send(Node.pour(), second).cancel("enough");

        assertThat(first.parts()).hasSize(2);
        assertThat(second.ended()).isTrue();
        done.complete(null);
        locker.join();
    }

    // ---- what is a repetition ----

    @Test
    void keyCountsForItsPrincipalTargetAndOperation() {
        node.controller.verifiers(List.of((credential, from) -> CompletableFuture.completedStage(
                Optional.of(new Principal(credential.secret().asText(), Set.of())))));
        HandChannel attic = new HandChannel(4);
        node.join(attic, Hello.of("attic-1").serves("attic", List.of("pour")).capacity(4));
        Peer ann = as("ann");
        Peer bob = as("bob");

        ann.command(keyed().build(), 0, new RecordingReplyPath());
        bob.command(keyed().build(), 0, new RecordingReplyPath());
        ann.command(
                Command.to("cellar", "count")
                        .idempotencyKey("k")
                        .payload(Payload.ofText("red"))
                        .build(),
                0,
                new RecordingReplyPath());
        ann.command(
                Command.to("attic", "pour")
                        .idempotencyKey("k")
                        .payload(Payload.ofText("red"))
                        .build(),
                0,
                new RecordingReplyPath());
        ann.command(keyed("k2").build(), 0, new RecordingReplyPath());
        ann.command(keyed().build(), 0, new RecordingReplyPath());

        assertThat(member.queued()).isEqualTo(4);
        assertThat(attic.queued()).isEqualTo(1);
        assertThat(keys.running()).isEqualTo(5);
    }

    private Peer as(String name) {
        return node.join(
                new HandChannel(4), Hello.of("of-" + name).credential(new Credential("name", Payload.ofText(name))));
    }

    @Test
    void sameKeyWithOtherContentIsRefusedWhileTheFirstRunsAndAfterItsEnd() {
        send(keyed(), first);
        List<Command.Builder> others = List.of(
                keyed().payload(Payload.ofText("white")),
                keyed().contentType("text/plain"),
                Command.to(new Target("cellar", "north"), "pour")
                        .idempotencyKey("k")
                        .payload(Payload.ofText("red")));

        for (int i = 0; i < 2; i++) {
            for (Command.Builder other : others) {
                RecordingReplyPath path = send(other.id(io.sommelier.api.CommandId.random()));
                isError(path, ErrorCode.IDEMPOTENCY_CONFLICT, Outcome.REFUSED, Stage.ROUTING);
                assertThat(path.error().retryable()).isFalse();
            }
            if (i == 0) {
                completeWith("poured");
            }
        }

        isCompletedWith(first, "poured");
        isCompletedWith(send(keyed()), "poured");
        nothingIsUnderWay();
    }

    @Test
    void headersTimeAndTraceOfARepetitionMayDiffer() {
        send(keyed(), first);
        completeWith("poured");

        send(
                keyed().headers(Headers.of("retry", "1"))
                        .ttl(Duration.ofSeconds(1))
                        .traceparent("00-1-2-3"),
                second);

        isCompletedWith(second, "poured");
    }

    @Test
    void keyOfTheTextOfAnIdIsNotThatId() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        Command durable = Node.pour().durable(true).build();
        node.send(durable, first);
        completeWith("poured");

        send(Node.pour().idempotencyKey(durable.id().toString()), second);

        assertThat(member.queued()).isEqualTo(1);
    }

    // ---- a repetition while the first is under way ----

    @Test
    void repetitionOfWhatIsUnderWayWaitsForTheSameReply() {
        Command repetition = keyed().build();
        send(keyed(), first);
        node.send(repetition, second);
        RecordingReplyPath third = send(keyed());

        assertThat(member.queued()).isEqualTo(1);
        assertThat(node.controller
                        .admin()
                        .command("", repetition.id())
                        .orElseThrow()
                        .state())
                .isEqualTo(CommandState.JOINED);
        completeWith("poured");

        for (RecordingReplyPath path : List.of(first, second, third)) {
            isCompletedWith(path, "poured");
        }
        nothingIsUnderWay();
    }

    @Test
    void whoJoinsAStreamGetsAllOfItAtItsEnd() {
        send(keyed(), first);
        answer(Part.data(Payload.ofText("one")).build());

        send(keyed(), second);
        answer(Part.data(Payload.ofText("two")).sequence(1).build());
        assertThat(second.parts()).isEmpty();
        answer(Part.complete(Payload.empty()).finalCount(2).build());

        assertThat(second.parts()).containsExactlyElementsOf(first.parts()).hasSize(3);
        nothingIsUnderWay();
    }

    @Test
    void timeOfARepetitionThatWaitsIsItsOwn() {
        send(keyed().ttl(Duration.ofSeconds(9)), first);
        send(keyed().ttl(Duration.ofSeconds(1)), second);

        node.passes(Duration.ofSeconds(1));

        isError(second, ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        assertThat(first.parts()).isEmpty();
        completeWith("poured");
        isCompletedWith(first, "poured");
        nothingIsUnderWay();
    }

    @Test
    void repetitionThatWaitsMayBeCancelledAndTheFirstGoesOn() {
        Command repetition = keyed().build();
        send(keyed(), first);
        node.send(repetition, second);

        node.controller.admin().cancel("", repetition.id(), "");

        isError(second, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        assertThat(member.cancels()).isEmpty();
        completeWith("poured");
        isCompletedWith(first, "poured");
        nothingIsUnderWay();
    }

    @Test
    void whoHasJoinedRunsWhenTheFirstEndsBeforeItWasSent() {
        Incoming incoming = send(keyed(), first);
        send(keyed(), second);
        RecordingReplyPath third = send(keyed());

        incoming.cancel("the connection was cut");

        isError(first, ErrorCode.CANCELLED, Outcome.NOT_SENT, Stage.SEND_QUEUE);
        assertThat(member.claimNext()).isFalse();
        completeWith("poured");
        isCompletedWith(second, "poured");
        isCompletedWith(third, "poured");
        nothingIsUnderWay();
    }

    @Test
    void whoHasJoinedRunsWhenTheMemberRefusesTheFirst() {
        send(keyed(), first);
        send(keyed(), second);

        refuse();

        isError(first, ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE);
        completeWith("poured");
        isCompletedWith(second, "poured");
        nothingIsUnderWay();
    }

    @Test
    void tenThousandThatHaveJoinedAndCannotBeSentEitherEndOneAfterTheOther() {
        send(keyed(), first);
        List<RecordingReplyPath> joined =
                IntStream.range(0, 10_000).mapToObj(i -> send(keyed())).toList();

        member.lose();

        assertThat(first.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        for (RecordingReplyPath path : joined) {
            assertThat(path.parts()).hasSize(1);
            assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        }
        nothingIsUnderWay();
        assertThat(keys.keys()).isZero();
    }

    @Test
    void commandThatEndsWhileItTakesItsKeyGivesItFree() {
        send(keyed("earlier"));
        completeWith("poured"); // so that the window looks at its clock

        node.atNextLook(() -> node.atNextLook(node.controller::endAll));
        send(keyed(), first);

        assertThat(first.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(keys.running()).isZero();
        send(keyed(), second);
        completeWith("poured");
        isCompletedWith(second, "poured");
        nothingIsUnderWay();
    }

    @Test
    void whoIsGivenUpWhileItIsItsTurnToRunLetsTheNextRun() {
        List<Command> joined = List.of(keyed().build(), keyed().build());
        Incoming incoming = send(keyed(), first);
        joined.forEach(command -> node.send(command, new RecordingReplyPath()));
        send(keyed(), second);
        node.controller.strategy((members, command) -> {
            if (command == joined.get(0)) {
                joined.forEach(each -> node.controller.admin().cancel("", each.id(), ""));
            }
            return 0;
        });

        incoming.cancel("enough");

        assertThat(member.claimNext()).isFalse();
        completeWith("poured");
        isCompletedWith(second, "poured");
        assertThat(member.claimedIds()).hasSize(1);
        nothingIsUnderWay();
    }

    // ---- ends that show nothing, or nothing good ----

    @Test
    void keyIsFreeAfterNothingWasSentOrTheMemberRefused() {
        send(keyed()).parts();
        node.controller.endAll();
        member.claimNext();
        assertThat(keys.keys()).isZero();

        send(keyed(), first);
        refuse();
        assertThat(keys.keys()).isZero();

        send(keyed(), second);
        completeWith("poured");
        isCompletedWith(second, "poured");
    }

    @Test
    void commandThatWasClaimedAndLostIsNotDispatchedAgain() {
        HandChannel south = node.member("south", 16, "pour");
        node.controller.strategy((members, command) -> members.instance(0).equals("north") ? 0 : members.size() - 1);
        send(keyed(), first);
        send(keyed(), second);
        member.claimNext();

        member.lose();

        isError(first, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        isWithoutReply(second);
        assertThat(second.error().message()).contains("MEMBER_GONE (UNKNOWN at REPLY_WAIT)");
        isWithoutReply(send(keyed()));
        assertThat(south.queued()).isZero();
    }

    @Test
    void commandThatWasQueuedAndLostGoesToAnotherMemberWithItsKey() {
        HandChannel south = node.member("south", 16, "pour");
        node.controller.strategy((members, command) -> 0);
        send(keyed(), first);
        send(keyed(), second);

        member.lose();

        south.claimNext();
        south.answer(Part.complete(Payload.ofText("poured")).build());
        isCompletedWith(first, "poured");
        isCompletedWith(second, "poured");
        isCompletedWith(send(keyed()), "poured");
    }

    @Test
    void commandWhoseTimeRanOutAtTheMemberOrThatWasCancelledThereIsNotDispatchedAgain() {
        send(keyed("a").ttl(Duration.ofSeconds(1)), first);
        Incoming incoming = send(keyed("b"), second);
        member.claimNext();
        member.claimNext();
        RecordingReplyPath joined = send(keyed("a"));

        node.passes(Duration.ofSeconds(1));
        incoming.cancel("enough");

        isError(first, ErrorCode.EXPIRED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        isWithoutReply(joined);
        isWithoutReply(send(keyed("a")));
        isWithoutReply(send(keyed("b")));
        nothingIsUnderWay();
    }

    @Test
    void partsOfAStreamThatBrokeOffAreNotGivenAgain() {
        send(keyed(), first);
        answer(Part.data(Payload.ofText("drop")).build());

        member.lose();

        assertThat(first.parts()).hasSize(2);
        isWithoutReply(send(keyed()));
    }

    @Test
    void replyThatAPolicyDeniedInTheMiddleIsNotGivenAgain() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        send(keyed(), first);
        pipeline.last().passDown();
        answer(Part.data(Payload.ofText("secret")).build());

        pipeline.last().end.abort(CommandError.of(ErrorCode.REPLY_DENIED, Outcome.REPLY_LOST, Stage.RETURN, "no"));
        send(keyed(), second);
        pipeline.last().passDown();

        isWithoutReply(second);
        assertThat(member.cancels()).containsExactly("no");
        assertThat(keys.running()).isZero();
    }

    // ---- may run twice ----

    @Test
    void idempotentCommandGoesToAnotherMemberAndItsReplyIsKept() {
        HandChannel south = node.member("south", 16, "pour");
        node.controller.strategy((members, command) -> 0);
        send(keyed().idempotent(true), first);
        send(keyed().idempotent(true), second);
        member.claimNext();

        member.lose();
        south.claimNext();
        south.answer(Part.complete(Payload.ofText("poured")).build());

        isCompletedWith(first, "poured");
        isCompletedWith(second, "poured");
        isCompletedWith(send(keyed().idempotent(true)), "poured");
        assertThat(south.queued()).isZero();
    }

    @Test
    void idempotentRepetitionRunsAgainWhereThereIsNoReplyToGive() {
        Incoming incoming = send(keyed().idempotent(true), first);
        member.claimNext();
        RecordingReplyPath joined = send(keyed().idempotent(true));

        incoming.cancel("the connection was cut");

        isError(first, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.REPLY_WAIT);
        member.claimNext();
        node.controller.endAll(); // the one that had joined ends in the middle too
        assertThat(joined.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        send(keyed().idempotent(true), second);
        completeWith("poured");
        isCompletedWith(second, "poured");
        isCompletedWith(send(keyed().idempotent(true)), "poured");
        nothingIsUnderWay();
        assertThat(keys.keys()).isEqualTo(1);
    }

    @Test
    void itRunsAgainOnlyIfEverybodyWhoUsedTheKeySaidThatItMay() {
        send(keyed("a"), first);
        send(keyed("b").idempotent(true), second);
        send(keyed("b"));
        member.claimNext();
        member.claimNext();
        member.lose();
        HandChannel south = node.member("south", 16, "pour");

        isWithoutReply(send(keyed("a").idempotent(true)));
        isWithoutReply(send(keyed("b").idempotent(true)));
        assertThat(south.queued()).isZero();
    }

    // ---- the window, and its bounds ----

    @Test
    void keyIsForgottenWhenTheWindowIsOverAndNotBefore() {
        send(keyed().ttl(Duration.ofHours(1)), first);
        node.advance(WINDOW.multipliedBy(3));
        completeWith("one");
        node.advance(WINDOW.minusNanos(1));
        isCompletedWith(send(keyed()), "one");

        node.advance(Duration.ofNanos(1));
        send(keyed(), second);

        assertThat(member.queued()).isEqualTo(1);
        completeWith("two");
        isCompletedWith(second, "two");
        isCompletedWith(send(keyed()), "two");
        assertThat(keys.keys()).isEqualTo(1);
    }

    @Test
    void keysWhoseTimeIsOverTakeNoRoom() {
        for (int i = 0; i < 20; i++) {
            send(keyed("k" + i));
            completeWith("x".repeat(1000));
        }
        assertThat(keys.keptBytes()).isEqualTo(20 * (1000 + KeyWindow.PART_BYTES));

        node.advance(WINDOW);
        keys.sweep();

        assertThat(keys.keys()).isZero();
        assertThat(keys.keptBytes()).isZero();
    }

    @Test
    void windowThatIsMadeShorterHoldsAtOnce() {
        send(keyed());
        completeWith("one");
        node.advance(Duration.ofSeconds(2));

        node.controller.settings(
                ControllerSettings.defaults().withKeys(new KeySettings(Duration.ofSeconds(2), 100, 1 << 20, 8 << 10)));
        send(keyed(), second);

        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void withAsManyKeysAsMayBeNothingIsForgottenEarlyAndNothingRunsUnremembered() {
        List<RecordingReplyPath> running = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            running.add(send(keyed("k" + i)));
            if (i % 10 < 9) {
                completeWith("poured");
            } else {
                member.claimNext();
            }
        }

        RecordingReplyPath refused = send(keyed("one more"));
        isError(refused, ErrorCode.OVERLOADED, Outcome.NOT_SENT, Stage.ROUTING);
        assertThat(refused.error().retryable()).isTrue();
        assertThat(member.queued()).isZero();
        isCompletedWith(send(keyed("k0")), "poured");
        RecordingReplyPath mayRunTwice = send(keyed("one more").idempotent(true));
        member.claimNext();
        for (int i = 0; i < 10; i++) {
            completeWith("late");
        }
        completeWith("unremembered");
        isCompletedWith(mayRunTwice, "unremembered");
        assertThat(keys.keys()).isEqualTo(100);

        node.advance(WINDOW);
        send(keyed("one more"), second);
        completeWith("poured");
        isCompletedWith(second, "poured");
        nothingIsUnderWay();
    }

    @Test
    void replyAboveItsBoundIsNotKeptAndNothingRunsAgain() {
        send(keyed("a"), first);
        RecordingReplyPath joined = send(keyed("a"));
        completeWith("x".repeat(8 << 10));
        send(keyed("b"), second);
        for (int i = 0; i < 40; i++) {
            answer(Part.data(Payload.ofText("drop")).sequence(i).build());
        }
        assertThat(keys.keptBytes()).isZero();
        answer(Part.complete(Payload.empty()).finalCount(40).build());

        isCompletedWith(first, "x".repeat(8 << 10));
        isWithoutReply(joined);
        isWithoutReply(send(keyed("a")));
        assertThat(second.parts()).hasSize(41);
        isWithoutReply(send(keyed("b")));
        nothingIsUnderWay();
        assertThat(keys.keptBytes()).isZero();
    }

    @Test
    void oldestRepliesMakeRoomAndTheirKeysStay() {
        node.controller.settings(
                ControllerSettings.defaults().withKeys(new KeySettings(WINDOW, 1000, 1 << 20, 300 << 10)));
        for (int i = 0; i < 4; i++) {
            send(keyed("k" + i));
            completeWith(i + "x".repeat(300 << 10).substring(300));
        }

        isWithoutReply(send(keyed("k0")));
        for (int i = 1; i < 4; i++) {
            RecordingReplyPath path = send(keyed("k" + i));
            assertThat(path.terminal().payload().asText()).startsWith(i + "x");
        }
        assertThat(keys.keptBytes()).isLessThanOrEqualTo(1 << 20);
        assertThat(keys.keys()).isEqualTo(4);
        nothingIsUnderWay();
    }

    @Test
    void streamsThatAreBeingCollectedCountTooAndLoseWhatFindsNoRoom() {
        node.controller.settings(
                ControllerSettings.defaults().withKeys(new KeySettings(WINDOW, 1000, 1 << 20, 700 << 10)));
        Payload half = Payload.copyOf(new byte[600 << 10]);
        node.send(keyed("a").build(), 10 << 20, first);
        member.claimNext();
        node.send(keyed("b").build(), 10 << 20, second);
        member.claimNext();

        answer(Part.data(half).build());
        HandChannel same = member;
        assertThat(keys.keptBytes()).isEqualTo((600 << 10) + KeyWindow.PART_BYTES);
        answer(Part.complete(Payload.empty()).finalCount(1).build());
        same.answer(Part.data(half).build());
        assertThat(keys.keptBytes()).isEqualTo((600 << 10) + KeyWindow.PART_BYTES);
        same.answer(Part.complete(Payload.empty()).finalCount(1).build());

        isWithoutReply(send(keyed("a")));
        RecordingReplyPath again = new RecordingReplyPath();
        node.send(keyed("b").build(), 10 << 20, again);
        assertThat(again.parts()).containsExactlyElementsOf(second.parts());
    }

    // ---- the pipeline ----

    @Test
    void whatThePipelineMadeOfTheCommandCountsAndTheReplyPassesTheChainOfTheRepetition() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        send(keyed("from outside"), first);
        pipeline.last()
                .end
                .execute(pipeline.last().command.toBuilder()
                        .idempotencyKey("made")
                        .build());
        send(keyed("from outside too"), second);
        HandPipeline.HandRun chain = pipeline.last();
        chain.end.execute(chain.command.toBuilder().idempotencyKey("made").build());

        completeWith("poured");

        isCompletedWith(first, "poured");
        isCompletedWith(second, "poured");
        assertThat(chain.up).hasSize(1);
        nothingIsUnderWay();
    }

    @Test
    void commandThatEndsInTheChainTakesNoKey() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        send(keyed(), first);

        pipeline.last().end.refuse(CommandError.of(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.PIPELINE, "no"));
        pipeline.last().passDown();

        assertThat(keys.keys()).isZero();
        nothingIsUnderWay();
    }
}
