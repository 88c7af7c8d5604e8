package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 5 for commands that wait in a mailbox, and for durable ones, whose id is their key. */
@Timeout(20)
class KeyMailboxTest {
    private final Node node = new Node(
            ControllerSettings.defaults().withKeys(new KeySettings(Duration.ofMinutes(1), 10, 1 << 20, 8 << 10)));
    private final KeyWindow keys = node.controller.keys();
    private final HandMailbox mailbox = new HandMailbox(node.clock::get);
    private final RecordingReplyPath first = new RecordingReplyPath();
    private final RecordingReplyPath second = new RecordingReplyPath();
    private final Command durable =
            Node.pour().durable(true).payload(Payload.ofText("red")).build();
    private HandChannel member;

    @BeforeEach
    void open() {
        node.controller.mailbox(mailbox);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static Command.Builder keyed() {
        return Node.pour().idempotencyKey("k").payload(Payload.ofText("red"));
    }

    private void absent() {
        node.member("earlier", 4, "pour").lose();
    }

    private void join() {
        member = node.member("north", 4, "pour");
    }

    private void complete() {
        assertThat(member.claimNext()).isTrue();
        assertThat(member.answer(Part.complete(Payload.ofText("poured")).build()))
                .isTrue();
    }

    private static void isPoured(RecordingReplyPath path) {
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    private static void isWithoutReply(RecordingReplyPath path) {
        assertThat(path.parts()).hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.REPLY_NOT_KEPT);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    private void nothingIsUnderWay() {
        node.isEmpty(member);
        assertThat(member.queued()).isZero();
        assertThat(keys.running()).isZero();
    }

    // ---- durable ----

    @Test
    void durableCommandThatIsSentAgainAfterItsEndGetsItsReplyAndIsNotPutAgain() {
        join();
        node.send(durable, first);
        complete();

        node.send(durable, second);

        isPoured(first);
        isPoured(second);
        assertThat(mailbox.puts).hasSize(1);
        assertThat(mailbox.puts.get(0).done).isEqualTo(1);
        nothingIsUnderWay();
    }

    @Test
    void durableCommandThatIsSentAgainWhileItIsAliveIsRefusedByItsId() {
        absent();
        node.send(durable, first);

        node.send(durable, second);

        assertThat(second.error().code()).isEqualTo(ErrorCode.DUPLICATE_COMMAND);
        join();
        complete();
        isPoured(first);
    }

    @Test
    void durableCommandThatWasGivenUpInItsMailboxRunsOnceWhenItComesOut() {
        absent();
        node.send(durable, first).cancel("the connection was cut");
        assertThat(first.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        node.send(durable, second);
        isWithoutReply(second);

        join();
        complete();

        assertThat(mailbox.puts).hasSize(1);
        assertThat(mailbox.puts.get(0).done).isEqualTo(1);
        RecordingReplyPath third = new RecordingReplyPath();
        node.send(durable, third);
        isPoured(third);
        nothingIsUnderWay();
    }

    @Test
    void durableCommandOfWhichTheMailboxDoesNotKnowWhetherItHasItRunsOnceIfItComesOut() {
        absent();
        mailbox.storesAtOnce = false;
        node.send(durable, first);
        HandMailbox.Letter letter = mailbox.puts.get(0);

        letter.stored.completeExceptionally(new CommandException(
                CommandError.of(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.UNKNOWN, Stage.MAILBOX, "the line was cut")));
        letter.comeOutEarly();
        join();
        complete();

        assertThat(first.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        node.send(durable, second);
        isPoured(second);
        nothingIsUnderWay();
    }

    @Test
    void durableCommandThatTheMailboxRefusedGivesItsKeyFree() {
        absent();
        mailbox.refusal = new CommandException(
                CommandError.of(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, Stage.MAILBOX, "full"));
        node.send(durable, first);
        assertThat(keys.keys()).isZero();

        mailbox.refusal = null;
        node.send(durable, second);
        join();
        complete();

        isPoured(second);
    }

    @Test
    void redeliveredCommandIsNotExecutedByARepetitionEither() {
        join();
        HandMailbox.Letter letter = mailbox.putByAnother(durable, 1);
        assertThat(letter.done).isEqualTo(1);

        node.send(durable, first);

        isWithoutReply(first);
        assertThat(first.error().message()).contains("went away without a word");
        assertThat(mailbox.puts).isEmpty();
        nothingIsUnderWay();
    }

    @Test
    void redeliveredCommandForWhoseKeyThereIsNoRoomGoesBack() {
        join();
        for (int i = 0; i < 10; i++) {
            node.send(keyed().idempotencyKey("k" + i).build(), new RecordingReplyPath());
            complete();
        }

        HandMailbox.Letter letter = mailbox.putByAnother(durable, 1);
        assertThat(letter.done).isZero();
        assertThat(letter.back).isPositive();
        node.advance(Duration.ofMinutes(1)); // its own time is over then, too

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> letter.done == 1);
        node.send(durable, first);
        isWithoutReply(first);
    }

    @Test
    void idempotentDurableCommandIsExecutedWhenItIsRedelivered() {
        join();
        Command mayRunTwice = durable.toBuilder().idempotent(true).build();

        HandMailbox.Letter letter = mailbox.putByAnother(mayRunTwice, 1);
        complete();

        assertThat(letter.done).isEqualTo(1);
        nothingIsUnderWay();
    }

    @Test
    void senderOfADurableRepetitionIsToldWhenTheFirstIsOnDisk() {
        absent();
        mailbox.storesAtOnce = false;
        node.send(keyed().durable(true).build(), first);
        node.send(keyed().durable(true).build(), second);
        assertThat(second.admissions()).isZero();

        mailbox.puts.get(0).store();
        RecordingReplyPath third = new RecordingReplyPath();
        node.send(keyed().durable(true).build(), third);

        assertThat(first.admissions()).isEqualTo(1);
        assertThat(second.admissions()).isEqualTo(1);
        assertThat(third.admissions()).isEqualTo(1);
        join();
        complete();
        isPoured(second);
        isPoured(third);
        assertThat(mailbox.puts).hasSize(1);
        nothingIsUnderWay();
    }

    @Test
    void senderOfADurableRepetitionIsNotToldOfAFirstThatIsOnNoDisk() {
        absent();
        node.send(keyed().build(), first);

        node.send(keyed().durable(true).build(), second);

        assertThat(first.admissions()).isEqualTo(1);
        assertThat(second.admissions()).isZero();
    }

    // ---- keys out of a mailbox ----

    @Test
    void commandThatWaitsKeepsItsKeyUntilItIsExecuted() {
        absent();
        node.send(keyed().build(), first);
        node.send(keyed().build(), second);
        assertThat(mailbox.puts).hasSize(1);

        join();
        complete();

        isPoured(first);
        isPoured(second);
        nothingIsUnderWay();
    }

    @Test
    void commandThatExpiresInItsMailboxGivesItsKeyToWhoHasJoined() {
        absent();
        node.send(keyed().ttl(Duration.ofSeconds(1)).build(), first);
        node.send(keyed().ttl(Duration.ofSeconds(9)).build(), second);

        node.passes(Duration.ofSeconds(1));

        assertThat(first.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(first.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(mailbox.puts).hasSize(2);
        mailbox.box(mailbox.puts.get(0).command.target()).removeFirst(); // a mailbox gives out nothing that has expired
        join();
        complete();
        isPoured(second);
        nothingIsUnderWay();
    }

    @Test
    void repetitionOutOfAMailboxIsLetGoAndNotExecuted() {
        join();
        node.send(keyed().build(), first);
        complete();

        HandMailbox.Letter letter = mailbox.putByAnother(keyed().build(), 0);

        assertThat(letter.done).isEqualTo(1);
        nothingIsUnderWay();
    }

    @Test
    void repetitionOutOfAMailboxThatJoinsIsLetGoAtTheEndOfTheFirst() {
        join();
        node.send(keyed().build(), first);

        HandMailbox.Letter letter = mailbox.putByAnother(keyed().build(), 0);
        assertThat(letter.done).isZero();
        complete();

        assertThat(letter.done).isEqualTo(1);
        nothingIsUnderWay();
    }

    @Test
    void repetitionOutOfAMailboxRunsWhenTheFirstWasNotSent() {
        join();
        Incoming incoming = node.send(keyed().build(), first);
        HandMailbox.Letter letter = mailbox.putByAnother(keyed().build(), 0);

        incoming.cancel("enough");
        assertThat(member.claimNext()).isFalse();
        complete();

        assertThat(letter.done).isEqualTo(1);
        assertThat(letter.back).isZero();
        nothingIsUnderWay();
    }

    @Test
    void repetitionOutOfAMailboxThatFindsNoRoomInTheBudgetGoesBackRatherThanJoin() {
        join();
        node.controller.settings(node.controller.settings().withBudgets(1 << 20, 1 << 20, 1 << 20));
        Payload large = Payload.copyOf(new byte[700_000]);
        node.send(keyed().payload(large).build(), first);

        HandMailbox.Letter letter = mailbox.putByAnother(keyed().payload(large).build(), 0);
        assertThat(letter.back).isPositive();
        assertThat(letter.done).isZero();
        complete();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> letter.done == 1);
        assertThat(member.queued()).isZero();
        nothingIsUnderWay();
    }

    @Test
    void commandOutOfAMailboxForWhoseKeyThereIsNoRoomGoesBack() {
        join();
        for (int i = 0; i < 10; i++) {
            node.send(keyed().idempotencyKey("k" + i).build(), new RecordingReplyPath());
            complete();
        }

        HandMailbox.Letter letter =
                mailbox.putByAnother(keyed().ttl(Duration.ofHours(1)).build(), 0);
        assertThat(letter.back).isPositive();
        assertThat(member.queued()).isZero();
        node.advance(Duration.ofMinutes(1));

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> member.queued() == 1);
        complete();
        assertThat(letter.done).isEqualTo(1);
        nothingIsUnderWay();
    }
}
