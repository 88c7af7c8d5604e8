package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a command whose channel is lost. */
@Timeout(20)
class RedispatchTest {
    private final Node node = new Node(ControllerSettings.defaults().withMaxAttempts(3));
    private final HandChannel north = node.member("north", 4, "pour");
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private Incoming send(boolean idempotent) {
        return node.send(
                Node.pour().idempotent(idempotent).ttl(Duration.ofSeconds(30)).build(), path);
    }

    private void gone(Stage stage) {
        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().stage()).isEqualTo(stage);
        assertThat(path.error().retryable()).isFalse();
        assertThat(path.error().message()).contains("north (hand here)");
    }

    private static Part refused() {
        return Part.failed(CommandError.of(
                        ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the executor is full"))
                .build();
    }

    @Test
    void commandThatWasNotClaimedGoesToAnotherMemberAsTheNextAttempt() {
        send(false);
        HandChannel south = node.member("south", 4, "pour");

        north.lose();
        boolean claimed = south.claimNext();
        int attempt = south.working().attempt();
        south.answer(Part.complete(Payload.ofText("poured")).build());

        assertThat(claimed).isTrue();
        assertThat(attempt).isEqualTo(2);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(south);
    }

    @Test
    void claimedCommandThatMayNotRunTwiceEndsAsUnknown() {
        send(false);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();

        north.lose();

        gone(Stage.REPLY_WAIT);
        assertThat(south.queued()).isZero();
        node.isEmpty(north, south);
    }

    @Test
    void claimedCommandThatMayRunTwiceGoesToAnotherMember() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();

        north.lose();
        south.claimNext();
        south.answer(Part.complete(Payload.empty()).build());

        assertThat(path.terminal().error()).isEmpty();
        node.isEmpty(north, south);
    }

    @Test
    void acceptedCommandEndsAsUnknownEvenIfItMayRunTwice() {
        send(true);
        node.member("south", 4, "pour");
        north.claimNext();
        north.answer(Part.accepted().build());

        north.lose();

        gone(Stage.STREAM);
    }

    @Test
    void streamThatBrokeOffSaysHowManyPartsCame() {
        send(true);
        north.claimNext();
        north.answer(Part.data(Payload.ofText("a")).build());
        north.answer(Part.data(Payload.ofText("b")).build());

        north.lose();

        gone(Stage.STREAM);
        assertThat(path.terminal().finalCount()).isEqualTo(2);
    }

    @Test
    void unclaimedCommandWhoseTargetIsEmptyNowWasNotSent() {
        send(false);

        north.lose();

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().retryable()).isTrue();
    }

    @Test
    void claimedCommandWhoseTargetIsEmptyNowMayHaveRun() {
        send(true);
        north.claimNext();

        north.lose();

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().retryable()).isFalse();
    }

    @Test
    void whatTheSecondMemberRefusesMayHaveRunAtTheFirst() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();
        north.lose();
        south.claimNext();

        south.answer(refused());

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_BUSY);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().retryable()).isFalse();
        assertThat(path.error().message())
                .isEqualTo("the executor is full (an earlier attempt may have executed the command)");
    }

    @Test
    void whatTheSecondMemberRefusesIsRefusedWhenTheFirstNeverClaimedIt() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.lose();
        south.claimNext();

        south.answer(refused());

        assertThat(path.error().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(path.error().retryable()).isTrue();
    }

    @Test
    void failureThatTheSecondMemberExecutedStaysWhatItIs() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();
        north.lose();
        south.claimNext();

        south.answer(Part.failed(CommandError.executed("corked")).build());

        assertThat(path.error()).isEqualTo(CommandError.executed("corked"));
    }

    @Test
    void cancelAtTheSecondMemberKnowsOfTheFirst() {
        Incoming incoming = send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();
        north.lose();

        incoming.cancel("enough");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().stage()).isEqualTo(Stage.SEND_QUEUE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        node.isEmpty(north, south);
    }

    @Test
    void drainThatMeetsTheEntryOfTheFirstAttemptEndsTheSecond() {
        Command command = Node.pour().build();
        node.send(command, path);
        Pending first = node.find(command);
        HandChannel south = node.member("south", 4, "pour");
        north.lose();

        first.endBefore(ErrorCode.DRAINING, "the controller stops");

        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(south.claimNext()).isFalse();
        node.isEmpty(north, south);
    }

    @Test
    void deadlineOfTheFirstAttemptIsThatOfTheSecond() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();
        node.advance(Duration.ofSeconds(20));
        north.lose();
        south.claimNext();

        long remaining = south.working().remainingNanos();
        node.passes(Duration.ofSeconds(10).plusMillis(20));

        assertThat(remaining).isEqualTo(Duration.ofSeconds(10).toNanos());
        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().stage()).isEqualTo(Stage.REPLY_WAIT);
        assertThat(south.cancels()).hasSize(1);
        node.isEmpty(north, south);
    }

    @Test
    void deadlineThatIsSpentWhenTheChannelGoesEndsTheCommand() {
        send(true);
        HandChannel south = node.member("south", 4, "pour");
        north.claimNext();

        node.onWheelThread(() -> {
            node.advance(Duration.ofSeconds(30));
            north.lose();
        });

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(south.queued()).isZero();
    }

    private void loseTwice(boolean claimed) {
        HandChannel second = node.member("second", 4, "pour");
        if (claimed) {
            north.claimNext();
        }
        north.lose();
        HandChannel third = node.member("third", 4, "pour");
        if (claimed) {
            second.claimNext();
        }
        second.lose();
        if (claimed) {
            third.claimNext();
        }
        node.member("fourth", 4, "pour");
        third.lose();
    }

    @Test
    void attemptsEndWithUnknownWhereOneWasClaimed() {
        send(true);

        loseTwice(true);

        assertThat(path.error().code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().stage()).isEqualTo(Stage.REPLY_WAIT);
        assertThat(path.error().message()).contains("third (hand here)", "at attempt 3, the last allowed");
        node.isEmpty(north);
    }

    @Test
    void attemptsEndWithNotSentWhereNoneWasClaimed() {
        send(false);

        loseTwice(false);

        assertThat(path.error().code()).isEqualTo(ErrorCode.ATTEMPTS_EXHAUSTED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.SEND_QUEUE);
        node.isEmpty(north);
    }

    @Test
    void commandForANamedInstanceIsNeverHandedToItsSibling() {
        HandChannel south = node.member("south", 4, "pour");
        node.send(
                Command.to(new Target("cellar", "north"), "pour")
                        .idempotent(true)
                        .build(),
                path);

        north.lose();

        assertThat(path.error().code()).isEqualTo(ErrorCode.NO_INSTANCE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(south.queued()).isZero();
    }

    @Test
    void manyAttemptsWithCreditAndCancelReachTheLastMember() {
        Incoming incoming = send(true);
        HandChannel second = node.member("second", 4, "pour");
        north.claimNext();
        north.lose();
        HandChannel third = node.member("third", 4, "pour");
        second.claimNext();
        second.lose();
        third.claimNext();

        incoming.credit(5);
        incoming.cancel("enough");

        assertThat(third.grantedCredit()).isEqualTo(1005);
        assertThat(third.cancels()).containsExactly("cancelled: enough");
        assertThat(path.parts()).hasSize(1);
        node.isEmpty(third);
    }
}
