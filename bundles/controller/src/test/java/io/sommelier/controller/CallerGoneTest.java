package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.CommandState;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 4: a durable command that is on disk does not need its caller; every other one ends with him. */
@Timeout(20)
class CallerGoneTest {
    private static final String WHY = "the socket was closed";

    private final Node node = new Node();
    private final HandMailbox mailbox = new HandMailbox(node.clock::get);
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final RecordingReplyPath second = new RecordingReplyPath();
    private final Command durable =
            Node.pour().durable(true).payload(Payload.ofText("red")).build();

    @BeforeEach
    void open() {
        node.controller.mailbox(mailbox);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static Part done() {
        return Part.complete(Payload.ofText("poured")).build();
    }

    private static Part data(int sequence, int bytes) {
        return Part.data(Payload.copyOf(new byte[bytes])).sequence(sequence).build();
    }

    private void absent() {
        node.member("earlier", 4, "pour").lose();
    }

    private void isDoneOnce(HandChannel member) {
        assertThat(mailbox.puts).hasSize(1);
        assertThat(mailbox.puts.get(0).done).isEqualTo(1);
        assertThat(mailbox.waiting("cellar")).isZero();
        node.isEmpty(member);
        assertThat(node.controller.keys().running()).isZero();
    }

    // ---- durable, and on disk ----

    @Test
    void durableCommandThatAMemberHasGoesOnForNobodyAndIsAcknowledgedAtItsEnd() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);
        member.claimNext();

        call.callerGone(WHY);
        boolean isTaken = member.answer(done());

        assertThat(isTaken).isTrue();
        assertThat(member.cancels()).isEmpty();
        assertThat(path.parts()).isEmpty();
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
        isDoneOnce(member);
    }

    @Test
    void durableCommandInASendQueueIsClaimedAllTheSame() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);

        call.callerGone(WHY);

        assertThat(member.claimNext()).isTrue();
        member.answer(done());
        isDoneOnce(member);
    }

    @Test
    void durableCommandInItsMailboxIsShownAndExecutedOnceWhenAMemberComes() {
        absent();
        Incoming call = node.send(durable, path);

        call.callerGone(WHY);

        assertThat(node.controller
                        .admin()
                        .command("", durable.id())
                        .orElseThrow()
                        .state())
                .isEqualTo(CommandState.WAITING);
        HandChannel member = node.member("north", 4, "pour");
        assertThat(member.claimNext()).isTrue();
        assertThat(member.claimNext()).isFalse();
        assertThat(node.controller
                        .admin()
                        .command("", durable.id())
                        .orElseThrow()
                        .holder())
                .isEqualTo("north");
        member.answer(done());
        isDoneOnce(member);
    }

    @Test
    void durableCommandThatIsJustBeingStoredGoesOnWhenItIs() {
        mailbox.storesAtOnce = false;
        absent();
        Incoming call = node.send(durable, path);

        call.callerGone(WHY);
        mailbox.puts.get(0).store();

        assertThat(path.admissions()).isZero();
        HandChannel member = node.member("north", 4, "pour");
        assertThat(member.claimNext()).isTrue();
        member.answer(done());
        isDoneOnce(member);
    }

    @Test
    void durableCommandThatItsMailboxThenRefusesEndsNotSent() {
        absent();
        mailbox.storesAtOnce = false;
        Incoming call = node.send(durable, path);

        call.callerGone(WHY);
        mailbox.puts
                .get(0)
                .stored
                .completeExceptionally(new CommandException(CommandError.of(
                        ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, Stage.MAILBOX, "the disk is full")));

        assertThat(node.outcomes()).containsExactly("cellar pour NOT_SENT 1");
        node.isEmpty();
    }

    @Test
    void streamRunsToItsEndWhateverCreditTheCallerHadGiven() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, 0, path);
        member.claimNext();
        assertThat(member.grantedCredit()).isZero();

        call.callerGone(WHY);
        call.callerGone("once more");

        assertThat(member.grantedCredit()).isEqualTo(Long.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            assertThat(member.answer(data(i, 10_000))).isTrue();
        }
        member.answer(Part.complete(Payload.empty()).build());
        assertThat(path.parts()).isEmpty();
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
        isDoneOnce(member);
    }

    @Test
    void partsThatCameBeforeAreTheLastThatTheCallersPathSees() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);
        member.claimNext();
        member.answer(data(0, 10));

        call.callerGone(WHY);
        member.answer(data(1, 10));
        member.answer(Part.complete(Payload.empty()).build());

        assertThat(path.parts()).hasSize(1);
        isDoneOnce(member);
    }

    @Test
    void commandThatWentThroughAPipelineGoesOnToo() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);
        pipeline.last().passDown();
        member.claimNext();

        call.callerGone(WHY);
        member.answer(done());

        assertThat(pipeline.last().up).hasSize(1);
        assertThat(path.parts()).isEmpty();
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
        isDoneOnce(member);
    }

    @Test
    void deadlineEndsItAndTellsItsMember() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable.toBuilder().ttl(Duration.ofSeconds(9)).build(), path);
        member.claimNext();
        call.callerGone(WHY);

        node.passes(Duration.ofSeconds(10));

        assertThat(member.cancels()).hasSize(1);
        assertThat(node.outcomes()).containsExactly("cellar pour UNKNOWN 1");
        isDoneOnce(member);
    }

    @Test
    void operatorCancelsItAllTheSame() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);
        member.claimNext();
        call.callerGone(WHY);

        assertThat(node.controller.admin().cancel("", durable.id(), "enough")).isTrue();

        assertThat(member.cancels()).hasSize(1);
        isDoneOnce(member);
    }

    @Test
    void afterTheLossOfItsMemberItGoesToAnotherWithoutItsCaller() {
        HandChannel north = node.member("north", 4, "pour");
        Incoming call = node.send(durable.toBuilder().idempotent(true).build(), 10, path);
        north.claimNext();
        call.callerGone(WHY);
        HandChannel south = node.member("south", 4, "pour");

        north.lose();

        assertThat(south.claimNext()).isTrue();
        assertThat(south.grantedCredit()).isEqualTo(Long.MAX_VALUE);
        south.answer(done());
        assertThat(path.parts()).isEmpty();
        isDoneOnce(south);
    }

    @Test
    void callerThatGoesAfterTheLossOfTheMemberLeavesItToTheNextOne() {
        HandChannel north = node.member("north", 4, "pour");
        HandChannel south = node.member("south", 4, "pour");
        Incoming call = node.send(durable.toBuilder().idempotent(true).build(), 10, path);
        HandChannel first = north.claimNext() ? north : south;
        HandChannel other = first == north ? south : north;
        first.claimNext();
        first.lose();

        call.callerGone(WHY);

        assertThat(other.claimNext()).isTrue();
        other.answer(done());
        assertThat(path.parts()).isEmpty();
        isDoneOnce(other);
    }

    // ---- keys ----

    @Test
    void repetitionGetsTheReplyOfTheOneWhoseCallerWentFirst() {
        HandChannel member = node.member("north", 4, "pour");
        Command keyed = durable.toBuilder().idempotencyKey("k").build();
        Incoming call = node.send(keyed, path);
        member.claimNext();
        call.callerGone(WHY);

        node.send(keyed.toBuilder().id(CommandId.random()).build(), second);
        assertThat(second.parts()).isEmpty();
        member.answer(done());

        assertThat(second.terminal().payload().asText()).isEqualTo("poured");
        assertThat(path.parts()).isEmpty();
        RecordingReplyPath third = new RecordingReplyPath();
        node.send(keyed, third);
        assertThat(third.terminal().payload().asText()).isEqualTo("poured");
        isDoneOnce(member);
    }

    @Test
    void repetitionThatWasToldItIsOnDiskRunsInThePlaceOfOneThatWasNotExecuted() {
        absent();
        Command keyed = durable.toBuilder().idempotencyKey("k").build();
        Incoming first = node.send(keyed, path);
        Incoming joined = node.send(keyed.toBuilder().id(CommandId.random()).build(), second);
        assertThat(second.admissions()).isEqualTo(1);

        joined.callerGone(WHY);
        ((Pending) first).abandon(CommandError.of(ErrorCode.NO_MEMBER, Outcome.NOT_SENT, Stage.MAILBOX, "made up"));

        assertThat(mailbox.puts).hasSize(2);
        assertThat(node.controller.table().size()).isEqualTo(1);
    }

    // ---- all others ----

    @Test
    void commandThatIsNotDurableIsCancelled() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(Node.pour().build(), path);
        member.claimNext();

        call.callerGone(WHY);

        assertThat(member.cancels()).hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        node.isEmpty(member);
    }

    @Test
    void commandThatWaitsAndIsNotDurableIsNotExecuted() {
        absent();
        Incoming call = node.send(Node.pour().build(), path);

        call.callerGone(WHY);

        HandChannel member = node.member("north", 4, "pour");
        assertThat(member.claimNext()).isFalse();
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        isDoneOnce(member);
    }

    @Test
    void durableCommandInThePipelineIsNotStoredAnyMore() {
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);

        call.callerGone(WHY);
        pipeline.last().passDown();

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(mailbox.puts).isEmpty();
        node.isEmpty();
    }

    @Test
    void cancelBeforeTheEndOfTheChannelIsACancel() {
        HandChannel member = node.member("north", 4, "pour");
        Incoming call = node.send(durable, path);
        member.claimNext();

        call.cancel("changed my mind");
        call.callerGone(WHY);

        assertThat(member.cancels()).hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        isDoneOnce(member);
    }
}
