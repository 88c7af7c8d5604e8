package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.ReplyPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is drained takes nothing new, lets end what is under way, says goodbye, and tells what came of it. */
@Timeout(30)
class DrainTest {
    private static final DrainOrder LONG = DrainOrder.usual().within(Duration.ofMinutes(5));
    private static final DrainOrder NOW = DrainOrder.usual().within(Duration.ZERO);

    private final Node node = new Node();
    private final ControllerAdmin admin = node.controller.admin();
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private static Part done() {
        return Part.complete(Payload.empty()).build();
    }

    private static DrainReport report(CompletionStage<DrainReport> drained) throws Exception {
        return drained.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static boolean isDone(CompletionStage<DrainReport> drained) {
        return drained.toCompletableFuture().isDone();
    }

    private String channelId(String instance) {
        return admin.channels().stream()
                .filter(channel -> channel.instance().equals(instance))
                .findFirst()
                .orElseThrow()
                .channelId();
    }

    private CompletionStage<DrainReport> drainChannel(String instance, DrainOrder order) {
        return admin.drainChannel(channelId(instance), order).orElseThrow();
    }

    private Command send() {
        Command command = Node.pour().build();
        node.send(command, path);
        return command;
    }

    // ---- a channel ----

    @Test
    void whatIsUnderWayEndsAndGoodbyeComesBehindIt() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();

        CompletionStage<DrainReport> drained = drainChannel("north", LONG);
        assertThat(isDone(drained)).isFalse();
        assertThat(member.goodbye()).isNull();
        assertThat(admin.channels()).anyMatch(channel -> channel.state() == ChannelView.State.DRAINING);
        member.answer(done());

        DrainReport report = report(drained);
        assertThat(member.goodbye().reason()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(member.goodbye().comeBack()).isTrue();
        assertThat(path.parts()).singleElement().matches(part -> part.error().isEmpty());
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.finished()).isEqualTo(1);
        assertThat(report.unfinished()).isEmpty();
        assertThat(report.channels()).singleElement().satisfies(row -> {
            assertThat(row.instance()).isEqualTo("north");
            assertThat(row.end()).isEqualTo(DrainEnd.DONE);
            assertThat(row.toFinished()).isEqualTo(1);
            assertThat(row.handedOn()).isZero();
        });
        assertThat(admin.channels()).noneMatch(channel -> channel.instance().equals("north"));
    }

    @Test
    void whatTheMemberHasNotBegunGoesToAnotherAndNothingNewComes() throws Exception {
        HandChannel north = node.member("north", 4, "pour");
        send();
        send();
        HandChannel south = node.member("south", 4, "pour");
        assertThat(north.queued()).isEqualTo(2);

        DrainReport report = report(drainChannel("north", LONG));
        send();

        assertThat(south.queued()).isEqualTo(3);
        assertThat(report.channels().get(0).handedOn()).isEqualTo(2);
        assertThat(report.channels().get(0).toFinished()).isZero();
        assertThat(report.unfinishedCount()).isZero();
        assertThat(path.parts()).isEmpty();
    }

    @Test
    void atTheLimitWhatIsUnderWayEndsUnknownAndIsNamed() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        Command command = send();
        member.claimNext();

        DrainReport report = report(drainChannel("north", DrainOrder.usual().within(Duration.ofMillis(50))));

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(report.finished()).isZero();
        assertThat(report.unfinished()).containsOnlyKeys(Outcome.UNKNOWN).containsValue(1L);
        assertThat(report.commands()).singleElement().satisfies(left -> {
            assertThat(left.id()).isEqualTo(command.id());
            assertThat(left.member()).isEqualTo("north");
            assertThat(left.source()).isEqualTo("caller");
            assertThat(left.outcome()).isEqualTo(Outcome.UNKNOWN);
        });
        assertThat(report.channels().get(0).toUnfinished()).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void atTheLimitAnIdempotentOneGoesToAnotherMember() throws Exception {
        HandChannel north = node.member("north", 4, "pour");
        node.send(Node.pour().idempotent(true).build(), path);
        north.claimNext();
        HandChannel south = node.member("south", 4, "pour");

        DrainReport report = report(drainChannel("north", NOW));
        south.claimNext();
        south.answer(done());

        assertThat(path.parts()).singleElement().matches(part -> part.error().isEmpty());
        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(report.unfinishedCount()).isZero();
        assertThat(report.channels().get(0).handedOn()).isEqualTo(1);
    }

    @Test
    void aStreamLongerThanTheLimitEndsUnknownBehindItsParts() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();
        member.answer(Part.data(Payload.ofText("a")).build());

        CompletionStage<DrainReport> drained =
                drainChannel("north", DrainOrder.usual().within(Duration.ofMillis(80)));
        member.answer(Part.data(Payload.ofText("b")).build());
        DrainReport report = report(drained);

        assertThat(path.parts()).hasSize(3);
        assertThat(path.parts().get(2).error().orElseThrow().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.parts().get(2).finalCount()).isEqualTo(2);
        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
    }

    @Test
    void whatTheConnectorSentFinishesToo() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        HandChannel guest = new HandChannel(4);
        node.join(guest, Hello.of("guest"));
        guest.isSentIdle = () -> node.controller.table().size() == 0;
        guest.peer.command(Node.pour().build(), 1000, path);
        member.claimNext();

        CompletionStage<DrainReport> drained = drainChannel("guest", LONG);
        guest.peer.command(Node.pour().build(), 1000, path); // it had not heard of it
        assertThat(isDone(drained)).isFalse();
        member.claimNext();
        member.answer(done());
        member.answer(done());
        guest.leaveWhenIdle();

        DrainReport.ChannelReport row = report(drained).channels().get(0);
        assertThat(row.fromFinished()).isEqualTo(2);
        assertThat(row.fromUnfinished()).isZero();
        assertThat(path.parts()).hasSize(2).allMatch(part -> part.error().isEmpty());
    }

    @Test
    void atTheLimitTheConnectorIsToldWhatBecameOfWhatItSentBeforeTheGoodbye() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        HandChannel guest = new HandChannel(4);
        node.join(guest, Hello.of("guest"));
        guest.isSentIdle = () -> false;
        List<String> order = new ArrayList<>();
        ReplyPath noting = new ReplyPath() {
            @Override
            public void admitted() {
                // no mailbox is here
            }

            @Override
            public void part(Part part) {
                CommandError error = part.error().orElseThrow();
                order.add(error.code() + " " + error.outcome() + " " + (guest.goodbye() == null));
            }
        };
        guest.peer.command(Node.pour().build(), 1000, noting);
        member.claimNext();
        guest.peer.command(Node.pour().build(), 1000, noting);

        DrainReport report = report(drainChannel("guest", NOW));

        assertThat(order).containsExactlyInAnyOrder("DRAINING UNKNOWN true", "DRAINING NOT_SENT true");
        assertThat(report.unfinished()).containsEntry(Outcome.UNKNOWN, 1L).containsEntry(Outcome.NOT_SENT, 1L);
        assertThat(report.channels().get(0).fromUnfinished()).isEqualTo(2);
        assertThat(report.channels().get(0).fromFinished()).isZero();
        assertThat(member.cancels()).isNotEmpty();
    }

    @Test
    void aChannelThatIsLostMeanwhileIsToldApart() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();

        CompletionStage<DrainReport> drained = drainChannel("north", LONG);
        member.lose();

        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.LOST);
        assertThat(report.channels().get(0).goodbye()).startsWith("LOST");
        assertThat(report.unfinished()).containsEntry(Outcome.UNKNOWN, 1L);
    }

    @Test
    void aTakeoverMeanwhileEndsTheDrainAndTheNewChannelIsAMember() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();
        CompletionStage<DrainReport> drained = drainChannel("north", LONG);

        HandChannel again = new HandChannel(16);
        node.join(
                again,
                Hello.of("north")
                        .serves("cellar", List.of("pour"))
                        .resumeToken(member.peer.welcome().resumeToken()));
        send();

        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.LOST);
        assertThat(report.channels().get(0).goodbye()).startsWith("TAKEN_OVER");
        assertThat(again.queued()).isEqualTo(1);
    }

    @Test
    void twoDrainsOfOneChannelAreOneAndTheShorterLimitCounts() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();

        CompletionStage<DrainReport> first = drainChannel("north", LONG);
        CompletionStage<DrainReport> second = drainChannel(
                "north", DrainOrder.usual().within(Duration.ofMillis(50)).stayingAway(true));

        assertThat(report(second).channels()).isEqualTo(report(first).channels());
        assertThat(report(first).end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(member.goodbye().comeBack()).as("the first goodbye counts").isTrue();
    }

    @Test
    void whoIsToStayAwayIsToldSo() throws Exception {
        HandChannel member = node.member("north", 4, "pour");

        report(drainChannel("north", LONG.stayingAway(true)));

        assertThat(member.goodbye().comeBack()).isFalse();
    }

    @Test
    void aConnectorThatDoesNotAnswerIsSentAwayAtTheLimit() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        member.answersDrains = false;

        DrainReport report = report(drainChannel("north", DrainOrder.usual().within(Duration.ofMillis(50))));

        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(member.goodbye()).isNotNull();
    }

    @Test
    void aConnectorInThisJvmIsNotSentAwayForGood() {
        HandChannel local = new HandChannel(4) {
            @Override
            public boolean isLocal() {
                return true;
            }
        };
        node.join(local, Hello.of("inside").serves("cellar", List.of("pour")));

        assertThatThrownBy(() -> drainChannel("inside", LONG.stayingAway(true)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> admin.drainTarget("cellar", LONG.stayingAway(true)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(local.goodbye()).isNull();
        assertThat(Node.sessionOf(local).takesNew()).isTrue();
    }

    @Test
    void whatIsNotThereIsSaidAndLimitsAreChecked() {
        assertThat(admin.drainChannel("999", LONG)).isEmpty();
        assertThat(admin.drainTarget("attic", LONG)).isEmpty();
        node.controller.drainSettings(new DrainSettings(Duration.ofSeconds(1), Duration.ofSeconds(2)));
        assertThatThrownBy(() -> admin.drainChannel("999", LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxDrainLimit");
        assertThatThrownBy(() -> admin.drainController(LONG)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DrainOrder.usual().within(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(admin.isDraining()).isFalse();
    }

    // ---- a target ----

    @Test
    void aTargetsCommandsWaitAndGoOnWithWhoComesBack() throws Exception {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        send();
        HandChannel busy = north.claimNext() ? north : south;
        south.claimNext();

        CompletionStage<DrainReport> drained = admin.drainTarget("cellar", LONG).orElseThrow();
        send();
        assertThat(path.parts()).isEmpty();
        node.advance(Duration.ofSeconds(20)); // far beyond the limit of the hold: the drain has longer
        node.controller.timer().submit(() -> {}).get();
        assertThat(path.parts()).isEmpty();
        HandChannel back = node.member("west", 4, "pour");
        assertThat(back.queued()).isEqualTo(1);
        busy.answer(done());

        DrainReport report = report(drained);
        assertThat(report.channels())
                .extracting(DrainReport.ChannelReport::instance)
                .containsExactly("north", "south");
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.finished()).isEqualTo(1);
        assertThat(back.goodbye()).as("who comes meanwhile stays").isNull();
    }

    @Test
    void fromTheEndOfTheDrainOnCommandsWaitAsLongAsTheHoldSays() throws Exception {
        node.member("north", 4, "pour");
        report(admin.drainTarget("cellar", LONG).orElseThrow());
        send();

        node.advance(Duration.ofSeconds(6));

        Awaitility.await().until(() -> !path.parts().isEmpty());
        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void ofTwoMembersThatDrainTheLossOfOneDoesNotEndTheWaitForTheOther() throws Exception {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        north.answersDrains = false;
        south.answersDrains = false;
        admin.drainTarget("cellar", LONG).orElseThrow();

        south.lose();
        send();

        assertThat(path.parts()).isEmpty();
        assertThat(north.goodbye()).isNull();
    }

    @Test
    void aTargetWithNoMemberIsDrainedAtOnce() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        member.close(new Goodbye(CloseReason.NORMAL, false, "gone"));

        DrainReport report = report(admin.drainTarget("cellar", LONG).orElseThrow());

        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.channels()).isEmpty();
    }

    @Test
    void aThousandChannelsOfATargetAreDrainedAtOnce() throws Exception {
        List<HandChannel> members = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            members.add(node.member("m" + i, 4, "pour"));
        }
        for (int i = 0; i < 3000; i++) {
            send();
        }
        members.forEach(HandChannel::claimNext);

        CompletionStage<DrainReport> drained = admin.drainTarget("cellar", LONG).orElseThrow();
        int begun =
                members.stream().mapToInt(member -> member.claimedIds().size()).sum();
        members.forEach(member -> member.answer(done()));

        DrainReport report = report(drained);
        assertThat(report.channels()).hasSize(1000).allMatch(row -> row.end() == DrainEnd.DONE);
        assertThat(report.finished()).isEqualTo(begun);
        assertThat(report.channels().stream()
                        .mapToInt(DrainReport.ChannelReport::handedOn)
                        .sum())
                .isGreaterThanOrEqualTo(3000 - begun);
        assertThat(path.parts()).hasSize(begun).noneMatch(part -> part.error().isPresent());
        HandChannel back = node.member("back", 4000, "pour");
        Awaitility.await().until(() -> {
            while (back.claimNext()) {
                back.answer(done());
            }
            return node.controller.table().size() == 0;
        });
        assertThat(path.parts()).hasSize(3000).noneMatch(part -> part.error().isPresent());
    }

    // ---- the controller ----

    @Test
    void aDrainedControllerRefusesCommandsAndConnectorsUntilItIsResumed() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        HandChannel local = local();
        send();
        member.claimNext();

        CompletionStage<DrainReport> drained = admin.drainController(LONG);
        RecordingReplyPath refused = new RecordingReplyPath();
        local.peer.command(Node.pour().build(), 1000, refused);
        assertThat(refused.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(refused.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(refused.error().retryable()).isTrue();
        assertThatThrownBy(() -> node.member("south", 4, "pour")).hasCauseInstanceOf(HelloRefusedException.class);
        member.answer(done());

        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.finished()).isEqualTo(1);
        assertThat(path.parts()).singleElement().matches(part -> part.error().isEmpty());
        assertThat(member.goodbye().comeBack()).isTrue();
        assertThat(local.goodbye()).as("has nowhere to go").isNull();
        assertThat(admin.isDraining()).isTrue();

        assertThat(admin.resume()).isTrue();
        assertThat(admin.resume()).isFalse();
        HandChannel back = node.member("north", 4, "pour");
        local.peer.command(Node.pour().build(), 1000, new RecordingReplyPath());
        assertThat(back.queued()).isEqualTo(1);
    }

    private HandChannel local() {
        HandChannel local = new HandChannel(4) {
            @Override
            public boolean isLocal() {
                return true;
            }
        };
        node.join(local, Hello.of("inside"));
        return local;
    }

    @Test
    void atItsLimitEveryCommandEndsWithWhatIsTrueOfIt() throws Exception {
        HandChannel member = node.member("north", 1, "pour");
        HandChannel local = local();
        RecordingReplyPath handedOver = new RecordingReplyPath();
        RecordingReplyPath held = new RecordingReplyPath();
        CommandId id = sendBy(local, handedOver);
        member.claimNext();
        member.peer.draining();
        sendBy(local, held);
        assertThat(held.parts()).as("it waits in the hold").isEmpty();

        DrainReport report = report(admin.drainController(DrainOrder.usual().within(Duration.ofMillis(300))));

        assertThat(handedOver.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(handedOver.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(held.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(report.unfinished()).containsEntry(Outcome.UNKNOWN, 1L).containsEntry(Outcome.NOT_SENT, 1L);
        assertThat(report.commands()).extracting(DrainReport.Unfinished::id).contains(id);
        assertThat(report.finished()).isZero();
        node.isEmpty(member);
    }

    private static CommandId sendBy(HandChannel channel, RecordingReplyPath to) {
        Command command = Node.pour().build();
        channel.peer.command(command, 1000, to);
        return command.id();
    }

    @Test
    void whatStillSeeksAMemberFindsIt() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        HandChannel local = local();
        RecordingReplyPath queued = new RecordingReplyPath();
        sendBy(local, queued);

        CompletionStage<DrainReport> drained = admin.drainController(LONG);
        assertThat(member.queued()).as("not handed back").isEqualTo(1);
        member.claimNext();
        Awaitility.await().until(() -> !((Session) member.peer).takesNew());
        assertThat(isDone(drained)).isFalse();
        member.answer(done());

        assertThat(report(drained).end()).isEqualTo(DrainEnd.DONE);
        assertThat(queued.parts()).singleElement().matches(part -> part.error().isEmpty());
    }

    @Test
    void resumedInTheMidstItGoesOn() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        HandChannel local = local();
        sendBy(local, path); // seeks: so members are not told
        CompletionStage<DrainReport> drained = admin.drainController(LONG);

        admin.resume();

        assertThat(report(drained).end()).isEqualTo(DrainEnd.RESUMED);
        member.claimNext();
        member.answer(done());
        assertThat(path.parts()).singleElement().matches(part -> part.error().isEmpty());
        assertThat(member.goodbye()).isNull();
    }

    @Test
    void aSilentConnectorWithNothingUnderWayDoesNotUseUpTheLimit() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        member.answersDrains = false;

        DrainReport report = report(admin.drainController(LONG));

        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(member.goodbye()).isNotNull();
    }

    @Test
    void theEndOfTheControllerEndsDrainsThatAreUnderWay() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        send();
        member.claimNext();
        CompletionStage<DrainReport> channel = drainChannel("north", LONG);
        CompletionStage<DrainReport> whole = admin.drainController(LONG);

        node.controller.close(Duration.ofMillis(50));

        assertThat(report(channel).end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(report(channel).unfinishedCount()).isEqualTo(1);
        assertThat(report(whole).unfinishedCount()).isEqualTo(1);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThatThrownBy(admin::resume).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whateverADrainALossAndNewCommandsDoAtOnceEachCommandEndsOnce() throws Exception {
        int perRound = 5;
        HandChannel south = node.member("south", 4000, "pour");
        for (int round = 0; round < 300; round++) {
            HandChannel north = node.member("north", 4000, "pour");
            String id = channelId("north");
            boolean isLost = round % 2 == 0;
            CompletableFuture<?> sending = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < perRound; i++) {
                    send();
                }
            });
            CompletableFuture<DrainReport> draining = CompletableFuture.supplyAsync(() -> admin.drainChannel(id, LONG))
                    .thenCompose(drained -> drained.orElseGet(() -> CompletableFuture.completedStage(null)));
            CompletableFuture<?> working = CompletableFuture.runAsync(() -> {
                north.claimNext();
                if (isLost) {
                    north.lose();
                }
                while (north.answer(done()) || !sending.isDone()) {
                    north.claimNext();
                }
            });
            CompletableFuture.allOf(sending, working).get(10, TimeUnit.SECONDS);
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        while (south.claimNext() || north.claimNext()) {
                            // all that came
                        }
                        while (south.answer(done()) || north.answer(done())) {
                            // all that is claimed
                        }
                        return node.controller.table().size() == 0 && draining.isDone();
                    });

            assertThat(path.parts()).hasSize((round + 1) * perRound);
            DrainReport report = draining.get();
            assertThat(report == null ? 0 : report.unfinishedCount()).isLessThanOrEqualTo(isLost ? perRound : 0);
        }
        node.isEmpty(south);
    }

    @Test
    void aDrainFromEachOfManyThreadsAtOnceEndsEachOnce() throws Exception {
        for (int round = 0; round < 200; round++) {
            HandChannel member = node.member("north", 4, "pour");
            send();
            member.claimNext();
            String id = channelId("north");
            List<CompletableFuture<DrainReport>> all = new ArrayList<>();
            CompletableFuture<?>[] orders = new CompletableFuture<?>[4];
            for (int i = 0; i < orders.length; i++) {
                DrainOrder order = i == 3 ? NOW : LONG;
                orders[i] = CompletableFuture.runAsync(() -> admin.drainChannel(id, order)
                        .ifPresent(drained -> {
                            synchronized (all) {
                                all.add(drained.toCompletableFuture());
                            }
                        }));
            }
            member.answer(done());
            CompletableFuture.allOf(orders).get(10, TimeUnit.SECONDS);

            for (CompletableFuture<DrainReport> drained : all) {
                DrainReport report = report(drained);
                assertThat(report.channels()).hasSize(1);
                assertThat(report.finished() + report.unfinishedCount()).isLessThanOrEqualTo(1);
            }
            assertThat(path.parts()).hasSize(round + 1);
            node.isEmpty(member);
        }
    }
}
