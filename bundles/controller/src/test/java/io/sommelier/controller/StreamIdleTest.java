package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker that falls silent is found, and a reader that takes its time is not punished for it. */
@Timeout(20)
class StreamIdleTest {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration TICKS = Duration.ofMillis(20);
    private static final int CREDIT_BYTES = 4 * Part.MIN_COST_BYTES;

    private final Node node = new Node(ControllerSettings.defaults().withStreamIdle(IDLE));
    private final HandChannel member = node.member("north", 4, "pour");
    private final RecordingReplyPath path = new RecordingReplyPath();
    private Incoming incoming;

    @BeforeEach
    void begin() {
        incoming = node.send(Node.pour().ttl(Duration.ofHours(1)).build(), CREDIT_BYTES, path);
        member.claimNext();
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void data(String text) {
        member.answer(Part.data(Payload.ofText(text)).build());
    }

    @Test
    void workerThatSendsNothingAlthoughItMayIsEnded() {
        member.answer(Part.accepted().build());

        node.passes(IDLE.plus(TICKS));

        assertThat(path.error().code()).isEqualTo(ErrorCode.STREAM_IDLE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(path.error().stage()).isEqualTo(Stage.STREAM);
        assertThat(path.error().message())
                .isEqualTo("nothing came for 10000 ms although the reader has credit outstanding");
        assertThat(member.cancels()).hasSize(1);
        node.isEmpty(member);
    }

    @Test
    void eachPartStartsTheIdleTimeAnew() {
        for (int i = 0; i < 3; i++) {
            data("d");
            node.passes(IDLE.minusSeconds(1));
        }

        assertThat(path.ended()).isFalse();
        node.passes(Duration.ofSeconds(1).plus(TICKS));
        assertThat(path.error().code()).isEqualTo(ErrorCode.STREAM_IDLE);
        assertThat(path.terminal().finalCount()).isEqualTo(3);
    }

    @Test
    void readerWithoutCreditNeverTimesOutItsWorker() {
        data("x".repeat(CREDIT_BYTES));

        for (int i = 0; i < 20; i++) {
            node.passes(IDLE);
        }

        assertThat(path.ended()).isFalse();
    }

    @Test
    void emptyPartsUseTheCreditOfAReaderUp() {
        for (int i = 0; i < 4; i++) {
            data("");
        }

        for (int i = 0; i < 20; i++) {
            node.passes(IDLE);
        }

        assertThat(path.ended()).isFalse();
    }

    @Test
    void idleTimeRunsFromTheMomentTheReaderGivesCredit() {
        data("x".repeat(CREDIT_BYTES));
        node.passes(IDLE.multipliedBy(3));
        incoming.credit(1);

        node.passes(IDLE.minusSeconds(1));
        boolean endedTooSoon = path.ended();
        node.passes(Duration.ofSeconds(1).plus(TICKS));

        assertThat(endedTooSoon).isFalse();
        assertThat(path.error().code()).isEqualTo(ErrorCode.STREAM_IDLE);
    }

    @Test
    void creditBesideCreditThatIsOutstandingBuysASilentWorkerNoTime() {
        data("d");
        node.passes(IDLE.minusSeconds(1));

        incoming.credit(1);
        node.passes(Duration.ofSeconds(1).plus(TICKS));

        assertThat(path.error().code()).isEqualTo(ErrorCode.STREAM_IDLE);
    }

    @Test
    void memberThatHasNotAnsweredYetIsNotIdle() {
        node.passes(IDLE.multipliedBy(5));

        assertThat(path.ended()).isFalse();
    }

    @Test
    void deadlineComesFirstWhereItIsNearer() {
        RecordingReplyPath hurried = new RecordingReplyPath();
        node.send(Node.pour().ttl(Duration.ofSeconds(12)).build(), CREDIT_BYTES, hurried);
        member.answer(Part.complete(Payload.empty()).build());
        member.claimNext();
        node.passes(Duration.ofSeconds(5));
        member.answer(Part.accepted().build());

        node.passes(Duration.ofSeconds(7).plus(TICKS));

        assertThat(hurried.error().code()).isEqualTo(ErrorCode.EXPIRED);
    }
}
