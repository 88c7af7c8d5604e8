package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.ReplyPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How much members take, and what members that drain or change do to that. */
@Timeout(20)
class CapacityTest {
    private final Node node = new Node();

    @AfterEach
    void close() {
        node.close();
    }

    private RecordingReplyPath pour() {
        RecordingReplyPath path = new RecordingReplyPath();
        node.send(Node.pour().build(), path);
        return path;
    }

    private static Part done() {
        return Part.complete(Payload.empty()).build();
    }

    @Test
    void membersTakeAsManyAsTheyHaveCapacityForAndTheNextIsOverloaded() {
        HandChannel north = node.member("north", 2, "pour");
        HandChannel south = node.member("south", 1, "pour");
        for (int i = 0; i < 3; i++) {
            assertThat(pour().ended()).isFalse();
        }

        RecordingReplyPath fourth = pour();

        assertThat(fourth.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(fourth.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(fourth.error().stage()).isEqualTo(Stage.ROUTING);
        assertThat(fourth.error().retryable()).isTrue();
        assertThat(fourth.error().message()).isEqualTo("every member of cellar has as many commands as it takes");
        assertThat(north.queued()).isEqualTo(2);
        assertThat(south.queued()).isEqualTo(1);
    }

    @Test
    void capacityComesBackWithTheTerminal() {
        HandChannel north = node.member("north", 1, "pour");
        pour();
        north.claimNext();
        north.answer(Part.accepted().build());
        boolean refusedWhileItWorks = pour().ended();

        north.answer(done());

        assertThat(refusedWhileItWorks).isTrue();
        assertThat(pour().ended()).isFalse();
    }

    @Test
    void capacityComesBackWithACancel() {
        HandChannel north = node.member("north", 1, "pour");
        node.send(Node.pour().build(), new RecordingReplyPath()).cancel("no longer thirsty");

        assertThat(Node.sessionOf(north).inFlight()).isZero();
        assertThat(pour().ended()).isFalse();
    }

    /** A member that hears each cancel, and each offer, in the order in which they come to it. */
    private HandChannel listening(List<String> heard) {
        HandChannel channel = new HandChannel(16) {
            @Override
            public void cancel(Outgoing outgoing, String reason) {
                heard.add("cancel");
                super.cancel(outgoing, reason);
            }
        };
        channel.atOffer = () -> heard.add("offer");
        return channel;
    }

    /** One command is at the member, which takes no second, and the next is held for it. */
    private Incoming oneIsHeldBehind(HandChannel channel, Command.Builder first) {
        HandChannel before = node.member("south", 4, "pour");
        before.peer.draining();
        before.close(new Goodbye(CloseReason.NORMAL, false, "updated"));
        Incoming atMember = node.send(first.build(), new RecordingReplyPath());
        pour();
        node.join(channel, Hello.of("north").serves("cellar", List.of("pour")).capacity(1));
        channel.claimNext();
        return atMember;
    }

    @Test
    void memberHearsOfACancelBeforeItsPlaceIsGivenToTheNext() {
        List<String> heard = new ArrayList<>();
        Incoming first = oneIsHeldBehind(listening(heard), Node.pour());

        first.cancel("no longer thirsty");

        assertThat(heard).containsExactly("offer", "cancel", "offer");
    }

    @Test
    void memberHearsOfADeadlineBeforeItsPlaceIsGivenToTheNext() {
        List<String> heard = new ArrayList<>();
        oneIsHeldBehind(listening(heard), Node.pour().ttl(Duration.ofSeconds(1)));

        node.passes(Duration.ofSeconds(2));

        assertThat(heard).containsExactly("offer", "cancel", "offer");
    }

    @Test
    void memberHearsOfALostReplyBeforeItsPlaceIsGivenToTheNext() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        RecordingReplyPath next = new RecordingReplyPath();
        HandChannel north = new HandChannel(16) {
            @Override
            public void cancel(Outgoing outgoing, String reason) {
                node.send(Node.pour().build(), next);
                pipeline.last().passDown();
                super.cancel(outgoing, reason);
            }
        };
        node.join(north, Hello.of("north").serves("cellar", List.of("pour")).capacity(1));
        pour();
        pipeline.last().passDown();
        north.claimNext();

        pipeline.runs.get(0).end.abort(CommandError.of(ErrorCode.BAD_REPLY, Outcome.REPLY_LOST, Stage.RETURN, "no"));

        assertThat(next.error().code()).isEqualTo(ErrorCode.OVERLOADED); // its place was not free yet
        assertThat(Node.sessionOf(north).inFlight()).isZero();
    }

    @Test
    void whoeverIsToldOfTheEndFindsThePlaceFree() {
        HandChannel north = node.member("north", 1, "pour");
        RecordingReplyPath next = new RecordingReplyPath();
        Incoming incoming = node.caller.command(Node.pour().build(), 1000, new ReplyPath() {
            @Override
            public void part(Part part) {
                node.send(Node.pour().build(), next);
            }

            @Override
            public void admitted() {}
        });
        north.claimNext();

        incoming.cancel("again");

        assertThat(next.ended()).isFalse();
        assertThat(north.queued()).isEqualTo(1);
    }

    @Test
    void capacityComesBackThoughAChannelThrowsAtTheCancel() {
        HandChannel north = new HandChannel(16) {
            @Override
            public void cancel(Outgoing outgoing, String reason) {
                throw new IllegalStateException("broken");
            }
        };
        node.join(north, Hello.of("north").serves("cellar", List.of("pour")).capacity(1));
        RecordingReplyPath path = new RecordingReplyPath();
        Incoming incoming = node.send(Node.pour().build(), path);
        north.claimNext();

        assertThatThrownBy(() -> incoming.cancel("again")).hasMessage("broken");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        node.isEmpty(north);
    }

    @Test
    void capacityComesBackOnceWhenTheQueueOfTheOnlyMemberRefuses() {
        HandChannel north = node.member("north", 4, "pour");
        north.refusesOffers = true;

        RecordingReplyPath path = pour();

        assertThat(path.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        node.isEmpty(north);
    }

    @Test
    void fullMembersDoNotSpillIntoTheMailbox() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.member("north", 1, "pour");
        pour();

        RecordingReplyPath second = pour();

        assertThat(second.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(mailbox.puts).isEmpty();
    }

    @Test
    void drainingMemberFinishesWhatItHasAndGetsNothingNew() {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        node.controller.strategy((members, command) -> {
            for (int i = 0; i < members.size(); i++) {
                if (members.isAvailable(i)) {
                    return i;
                }
            }
            return -1;
        });
        RecordingReplyPath before = pour();

        north.peer.draining();
        pour();
        north.claimNext();
        north.answer(done());

        assertThat(before.ended()).isTrue();
        assertThat(north.queued()).isZero();
        assertThat(south.queued()).isEqualTo(1);
    }

    @Test
    void targetWhoseMembersAllDrainHasNoMember() {
        node.controller.settings(
                ControllerSettings.defaults().withHold(new HoldSettings(java.time.Duration.ZERO, 1, 1 << 20)));
        node.member("north", 4, "pour").peer.draining();

        RecordingReplyPath path = pour();

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().retryable()).isTrue();
    }

    @Test
    void commandsForATargetWhoseMembersAllDrainWaitInTheMailbox() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.member("north", 4, "pour").peer.draining();

        RecordingReplyPath path = pour();

        assertThat(path.ended()).isFalse();
        assertThat(mailbox.puts).hasSize(1);
    }

    @Test
    void namedInstanceThatDrainsIsNotThere() {
        node.member("north", 4, "pour").peer.draining();
        RecordingReplyPath path = new RecordingReplyPath();

        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_INSTANCE);
    }

    @Test
    void operationsGrowWhileTheChannelLives() {
        HandChannel north = node.member("north", 4, "count");
        boolean refusedBefore = pour().ended();

        north.peer.operations(Set.of("count", "pour"));

        assertThat(refusedBefore).isTrue();
        assertThat(pour().ended()).isFalse();
        assertThat(north.queued()).isEqualTo(1);
    }

    @Test
    void operationsShrinkWhileTheChannelLivesAndWhatIsUnderWayGoesOn() {
        HandChannel north = node.member("north", 4, "count", "pour");
        RecordingReplyPath before = pour();

        north.peer.operations(Set.of("count"));
        RecordingReplyPath after = pour();
        north.claimNext();
        north.answer(done());

        assertThat(after.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
        assertThat(before.terminal().error()).isEmpty();
    }

    @Test
    void memberThatStopsServingIsReplacedByTheOneThatStillDoes() {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");

        north.peer.operations(Set.of());
        for (int i = 0; i < 3; i++) {
            pour();
        }

        assertThat(north.queued()).isZero();
        assertThat(south.queued()).isEqualTo(3);
    }

    @Test
    void operationsOfAConnectorThatOnlySendsAreIgnored() {
        node.caller.operations(Set.of("pour"));

        assertThat(pour().error().code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
    }

    @Test
    void operationsThatCameAfterTheChannelWentAreIgnored() {
        HandChannel north = node.member("north", 4, "pour");
        north.lose();

        north.peer.operations(Set.of("pour", "count"));

        assertThat(pour().error().code()).isEqualTo(ErrorCode.NO_MEMBER);
    }

    @Test
    void operatorSeesMembersTheirLoadAndWhetherTheyTakeMore() {
        HandChannel north = node.member("north", 1, "pour", "count");
        node.join(
                new HandChannel(4),
                Hello.of("south").serves("cellar", List.of("pour")).capacity(3));
        node.controller.strategy((members, command) -> 0);
        pour();

        var view = node.controller.admin().targets();

        assertThat(view).hasSize(1);
        assertThat(view.get(0).targetId()).isEqualTo("cellar");
        assertThat(view.get(0).members()).hasSize(2);
        var first = view.get(0).members().get(0);
        assertThat(first.instance()).isEqualTo("north");
        assertThat(first.transport()).isEqualTo("hand");
        assertThat(first.remoteAddress()).isEqualTo("here");
        assertThat(first.operations()).containsExactly("count", "pour");
        assertThat(first.inFlight()).isEqualTo(1);
        assertThat(first.capacity()).isEqualTo(1);
        assertThat(first.available()).isFalse();
        assertThat(view.get(0).members().get(1).available()).isTrue();
        assertThat(node.controller.admin().inFlight()).isEqualTo(1);
        assertThat(node.controller.admin().bytesHeld()).isEqualTo(Pending.ENTRY_BYTES);
        north.lose();
    }
}
