package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a deadline is tested, and what is true of the command there: scenario 1 of the requirements, KF-01, KF-08, KF-16. */
@Timeout(20)
class ExpiryTest {
    private static final Duration TTL = Duration.ofSeconds(2);

    private final Node node = new Node();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final Command command = Node.pour().ttl(TTL).build();

    @AfterEach
    void close() {
        node.close();
    }

    private void expired(Stage stage, Outcome outcome) {
        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().stage()).isEqualTo(stage);
        assertThat(path.error().outcome()).isEqualTo(outcome);
        assertThat(path.error().retryable()).isFalse();
        assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                .hasSize(1);
    }

    @Test
    void commandThatIsSpentWhenItComesReachesNobody() {
        HandChannel member = node.member("north", 4, "pour");

        node.send(command.toBuilder().remainingNanos(0).build(), path);

        expired(Stage.INGRESS, Outcome.NOT_SENT);
        assertThat(member.queued()).isZero();
        node.isEmpty(member);
    }

    @Test
    void commandThatIsSpentInThePipelineIsNotRouted() {
        HandChannel member = node.member("north", 4, "pour");
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        node.send(command, path);

        node.onWheelThread(() -> {
            node.advance(TTL);
            pipeline.last().passDown();
        });

        expired(Stage.ROUTING, Outcome.NOT_SENT);
        assertThat(member.queued()).isZero();
        node.isEmpty(member);
    }

    @Test
    void commandThatAHandlerHeldOnItsSendersThreadTooLongIsNotClaimed() {
        HandChannel member = node.member("north", 4, "pour");
        node.controller.pipeline(this::holdsTooLong);

        node.onWheelThread(() -> {
            node.send(command, path);
            member.claimNext();
        });

        assertThat(member.claimedIds()).isEmpty();
        expired(Stage.SEND_QUEUE, Outcome.NOT_SENT);
        node.isEmpty(member);
    }

    @Test
    void commandThatAHandlerHeldOnItsSendersThreadTooLongIsNotPutIntoAMailbox() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.member("north", 4, "pour").lose();
        node.controller.pipeline(this::holdsTooLong);

        node.onWheelThread(() -> node.send(command, path));

        assertThat(mailbox.puts).isEmpty();
        expired(Stage.ROUTING, Outcome.NOT_SENT);
        node.isEmpty();
    }

    private Pipeline.Run holdsTooLong(Command held, Principal principal, String source, Pipeline.End end) {
        return new Pipeline.Run() {
            @Override
            public void down() {
                node.advance(TTL);
                end.execute(held);
            }

            @Override
            public void up(Part part) {
                end.send(part);
            }
        };
    }

    @Test
    void theMemberIsToldWhatTheClaimFoundLeftOfTheTime() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);
        node.advance(Duration.ofMillis(1500));
        member.claimNext();

        node.advance(Duration.ofMillis(100));

        assertThat(member.working().remainingNanos())
                .isEqualTo(Duration.ofMillis(500).toNanos());
    }

    @Test
    void aCommandThatIsClaimedAndAnsweredHasReadTheClockTwiceUnlessItsTimeIsMeasured() {
        HandChannel member = node.member("north", 4, "pour");
        node.controller.target("cellar").row("pour").sampleShift(30); // there are so many that hardly any is
        AtomicInteger looks = new AtomicInteger();
        node.atEachLook(looks::incrementAndGet);

        node.send(command, path);
        member.claimNext();
        member.working().remainingNanos();
        member.answer(Part.complete(Payload.empty()).build());

        assertThat(path.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(looks).as("when it came, and when it was claimed").hasValue(2);
    }

    @Test
    void commandThatIsSpentInTheSendQueueIsNotClaimed() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);

        node.onWheelThread(() -> {
            node.advance(TTL);
            member.claimNext();
        });

        assertThat(member.cancels()).isEmpty();
        expired(Stage.SEND_QUEUE, Outcome.NOT_SENT);
        node.isEmpty(member);
    }

    @Test
    void commandInTheSendQueueEndsInTimeAlthoughNobodyTakesItOut() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);

        node.passes(TTL);

        expired(Stage.SEND_QUEUE, Outcome.NOT_SENT);
        node.isEmpty(member);
        assertThat(member.claimNext()).isFalse();
    }

    @Test
    void commandInTheMailboxEndsInTimeAndIsNotDispatchedWhenItComesOut() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.member("north", 4, "pour").lose();
        node.send(command, path);

        node.passes(TTL);
        HandChannel member = node.member("south", 4, "pour");

        expired(Stage.MAILBOX, Outcome.NOT_SENT);
        assertThat(member.queued()).isZero();
        assertThat(mailbox.puts.get(0).done)
                .as("it is taken out of the mailbox")
                .isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void commandAtItsMemberEndsInTimeAndTheMemberIsTold() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);
        member.claimNext();

        node.passes(TTL);

        expired(Stage.REPLY_WAIT, Outcome.UNKNOWN);
        assertThat(member.cancels()).containsExactly("the time to live was spent");
        node.isEmpty(member);
    }

    @Test
    void streamEndsInTimeAndTheTerminalCountsItsParts() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);
        member.claimNext();
        member.answer(Part.accepted().build());
        member.answer(Part.data(Payload.ofText("a")).build());

        node.passes(TTL);

        expired(Stage.STREAM, Outcome.UNKNOWN);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        assertThat(member.cancels()).hasSize(1);
        node.isEmpty(member);
    }

    @Test
    void nothingEndsBeforeItsTime() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command, path);
        member.claimNext();

        node.passes(TTL.minusNanos(1));

        assertThat(path.ended()).isFalse();
    }

    @Test
    void commandWithALongTimeToLiveOutlastsManyWakeUps() {
        HandChannel member = node.member("north", 4, "pour");
        node.send(command.toBuilder().ttl(Duration.ofHours(3)).build(), path);
        member.claimNext();
        for (int i = 0; i < 179; i++) {
            node.passes(Duration.ofMinutes(1));
        }
        boolean endedTooSoon = path.ended();

        node.passes(Duration.ofMinutes(1).plusMillis(20));

        assertThat(endedTooSoon).isFalse();
        expired(Stage.REPLY_WAIT, Outcome.UNKNOWN);
    }

    @Test
    void replyPathThatThrowsDelaysNoDeadlineOfOthers() {
        node.member("north", 4, "pour");
        for (int i = 0; i < 2; i++) {
            node.caller.command(command.toBuilder().id(Node.pour().build().id()).build(), 0, new BrokenReplyPath());
            node.send(
                    command.toBuilder().id(Node.pour().build().id()).build(), i == 0 ? path : new RecordingReplyPath());
        }

        node.passes(TTL.plusMillis(20));

        assertThat(path.ended()).isTrue();
        assertThat(node.controller.table().size()).isZero();
    }

    /** Breaks its promise. */
    private static final class BrokenReplyPath implements io.sommelier.spi.ReplyPath {
        @Override
        public void admitted() {
            // nothing
        }

        @Override
        public void part(Part part) {
            throw new IllegalStateException("this reply path is broken");
        }
    }
}
