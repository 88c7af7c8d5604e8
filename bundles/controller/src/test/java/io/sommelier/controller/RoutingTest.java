package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a command goes, and what is said of one that goes nowhere. KF-02 to KF-06, and scenario 3 of the requirements. */
@Timeout(20)
class RoutingTest {
    private final Node node = new Node();
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private void refused(Command command, ErrorCode code, String message) {
        node.send(command, path);

        CommandError error = path.error();
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(error.stage()).isEqualTo(Stage.ROUTING);
        assertThat(error.message()).isEqualTo(message);
        assertThat(path.parts()).hasSize(1);
        node.isEmpty();
    }

    private static Command to(String instance) {
        return Command.to(new Target("cellar", instance), "pour").build();
    }

    @Test
    void commandGoesToAMemberAndItsAnswerComesBack() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(Node.pour().payload(Payload.ofText("claret")).build(), path);

        boolean claimed = member.claimNext();
        String asked = member.working().command().payload().asText();
        member.answer(Part.complete(Payload.ofText("poured")).build());

        assertThat(claimed).isTrue();
        assertThat(asked).isEqualTo("claret");
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(member);
    }

    @Test
    void memberIsToldWhoSentTheCommandAndWhichAttemptItIs() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(Node.pour().ttl(Duration.ofSeconds(9)).build(), path);
        node.advance(Duration.ofSeconds(2));

        member.claimNext();

        assertThat(member.working().source()).isEqualTo("caller");
        assertThat(member.working().principal()).isEmpty();
        assertThat(member.working().attempt()).isEqualTo(1);
        assertThat(member.working().remainingNanos())
                .isEqualTo(Duration.ofSeconds(7).toNanos());
    }

    @Test
    void targetThatNobodyEverNamedIsUnknown() {
        refused(
                Command.to("cellar", "pour").build(),
                ErrorCode.UNKNOWN_TARGET,
                "no configuration and no member ever named the target cellar");
        assertThat(node.controller.target("cellar"))
                .as("asking creates nothing")
                .isNull();
    }

    @Test
    void operationThatNoMemberOfALiveTargetServesFailsAtOnce() {
        node.member("north", 4, "pour");

        refused(
                Command.to("cellar", "smash").build(),
                ErrorCode.UNKNOWN_OPERATION,
                "no member of cellar serves the operation smash");
    }

    @Test
    void targetThatIsKnownByConfigurationButAbsentHasNoMember() {
        node.controller.settings(ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));

        refused(Node.pour().build(), ErrorCode.NO_MEMBER, "the target cellar has no member now");
        assertThat(path.error().retryable()).isTrue();
    }

    @Test
    void targetThatHadAMemberIsRemembered() {
        node.member("north", 4, "pour").lose();

        refused(Node.pour().build(), ErrorCode.NO_MEMBER, "the target cellar has no member now");
    }

    @Test
    void targetIsForgottenWhenNoMemberCameBackInTime() {
        node.member("north", 4, "pour").lose();
        node.advance(Duration.ofHours(24).plusSeconds(1));

        node.controller.forgetTargets();

        refused(
                Node.pour().build(),
                ErrorCode.UNKNOWN_TARGET,
                "no configuration and no member ever named the target cellar");
    }

    @Test
    void targetsWithMembersOrNamedByConfigurationAreNeverForgotten() {
        node.controller.settings(ControllerSettings.defaults().withKnownTargets(Set.of("attic")));
        node.member("north", 4, "pour");
        node.advance(Duration.ofDays(30));

        node.controller.forgetTargets();

        assertThat(node.controller.target("cellar")).isNotNull();
        assertThat(node.controller.target("attic")).isNotNull();
    }

    @Test
    void namedInstanceGetsTheCommandAndItsSiblingDoesNot() {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");

        for (int i = 0; i < 4; i++) {
            node.send(to("south"), new RecordingReplyPath());
        }

        assertThat(south.queued()).isEqualTo(4);
        assertThat(north.queued()).isZero();
    }

    @Test
    void namedInstanceThatIsAbsentIsNeverReplacedByASibling() {
        HandChannel north = node.member("north", 4, "pour");

        refused(to("south"), ErrorCode.NO_INSTANCE, "the instance cellar/south is not here");
        assertThat(north.queued()).isZero();
    }

    @Test
    void namedInstanceOfAnotherTargetIsNotThere() {
        node.member("north", 4, "pour");
        node.join(new HandChannel(4), Hello.of("stove").serves("kitchen", List.of("pour")));

        refused(to("stove"), ErrorCode.NO_INSTANCE, "the instance cellar/stove is not here");
    }

    @Test
    void namedInstanceThatOnlySendsIsNotThere() {
        node.member("north", 4, "pour");

        refused(to("caller"), ErrorCode.NO_INSTANCE, "the instance cellar/caller is not here");
    }

    @Test
    void namedInstanceThatDoesNotServeTheOperationFailsAtOnceAlthoughASiblingDoes() {
        node.member("north", 4, "pour");
        node.member("south", 4, "count");

        refused(to("south"), ErrorCode.UNKNOWN_OPERATION, "no member of cellar/south serves the operation pour");
    }

    @Test
    void namedInstanceThatIsFullIsOverloadedAlthoughASiblingIsFree() {
        node.member("north", 4, "pour");
        HandChannel south = node.member("south", 1, "pour");
        node.send(to("south"), new RecordingReplyPath());

        node.send(to("south"), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().message()).isEqualTo("the instance cellar/south takes no more commands now");
        assertThat(south.queued()).isEqualTo(1);
    }

    @Test
    void memberWhoseQueueRefusesIsPassedOver() {
        HandChannel north = node.member("north", 8, "pour");
        HandChannel south = node.member("south", 8, "pour");
        north.refusesOffers = true;

        int taken = 0;
        for (int i = 0; i < 6; i++) {
            RecordingReplyPath each = new RecordingReplyPath();
            node.send(Node.pour().build(), each);
            taken += each.ended() ? 0 : 1;
        }

        assertThat(south.queued()).isEqualTo(taken).isPositive();
        assertThat(Node.sessionOf(north).inFlight())
                .as("what was not taken is given back")
                .isZero();
    }

    @Test
    void strategyThatIsGivenPicksTheMember() {
        node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        node.controller.strategy((members, command) -> members.instance(0).equals("south") ? 0 : 1);

        for (int i = 0; i < 4; i++) {
            node.send(Node.pour().build(), new RecordingReplyPath());
        }

        assertThat(south.queued()).isEqualTo(4);
    }

    @Test
    void durableCommandWithoutAMailboxIsUnsupported() {
        node.member("north", 4, "pour");

        refused(
                Node.pour().durable(true).build(),
                ErrorCode.UNSUPPORTED,
                "durable commands need a mailbox, and this controller has none");
    }

    @Test
    void senderAndMemberMayBeTheSameConnector() {
        HandChannel member = node.member("north", 4, "pour");

        member.peer.command(Node.pour().build(), 0, path);
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());

        assertThat(member.queued()).isZero();
        assertThat(path.ended()).isTrue();
    }
}
