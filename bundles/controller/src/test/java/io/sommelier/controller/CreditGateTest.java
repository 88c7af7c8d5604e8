package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.ReplyPath;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 7 where handlers on the way up make DATA larger or smaller: the caller's credit holds for what it gets, and the member goes on. */
@Timeout(30)
class CreditGateTest {
    private static final int PART = 1000;

    private final Node node = new Node();
    private final HandPipeline pipeline = new HandPipeline();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private HandChannel member;

    @BeforeEach
    void open() {
        member = node.member("north", 4, "pour");
        node.controller.pipeline(pipeline);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static UnaryOperator<Part> times(double factor) {
        return part -> part.status() == PartStatus.DATA
                ? part.toBuilder()
                        .payload(Payload.copyOf(new byte[(int) (part.payload().size() * factor)]))
                        .build()
                : part;
    }

    private Incoming begun(long credit, ReplyPath to) {
        Incoming incoming =
                node.caller.command(Node.pour().ttl(Duration.ofSeconds(10)).build(), credit, to);
        pipeline.last().passDown();
        member.claimNext();
        return incoming;
    }

    private boolean data(int number) {
        return member.answer(
                Part.data(Payload.copyOf(new byte[PART])).sequence(number).build());
    }

    private void complete(int count) {
        member.answer(Part.complete(Payload.empty()).finalCount(count).build());
    }

    @Test
    void whereNothingChangesTheMemberGetsWhatTheCallerGives() {
        Incoming incoming = begun(5 * PART, path);

        data(0);
        data(1);
        incoming.credit(300);

        assertThat(member.grantedCredit()).isEqualTo(5 * PART + 300);
        assertThat(path.parts()).hasSize(2);
    }

    @Test
    void whatAHandlerTakesAwayIsGivenToTheMemberAtOnce() {
        pipeline.change = times(0.25);
        begun(2 * PART, path);

        data(0);
        data(1);

        // the caller has got 500 of 2000, and the member has sent 2000
        assertThat(member.grantedCredit()).isEqualTo(2 * PART + 1500);
    }

    @Test
    void aStreamThatIsMadeSmallerDoesNotComeToAStop() {
        pipeline.change = times(0.25);
        AtomicReference<Incoming> incoming = new AtomicReference<>();
        incoming.set(begun(4 * PART, path));
        long sent = 0;
        long read = 0;

        for (int i = 0; i < 100; i++) {
            assertThat(member.grantedCredit()).as("before part %s", i).isGreaterThan(sent);
            data(i);
            sent += PART;
            read += PART / 4;
            incoming.get().credit(PART / 4); // what it has worked off
        }

        assertThat(member.grantedCredit() - sent).isEqualTo(4 * PART);
        assertThat(path.parts()).hasSize(100);
        assertThat(read).isEqualTo(100 * PART / 4);
    }

    @Test
    void whatAHandlerAddsIsKeptBackFromTheCreditThatComes() {
        pipeline.change = times(3);
        Incoming incoming = begun(2 * PART, path);

        data(0); // 3000 of 2000: it owes 1000
        incoming.credit(500);
        long whileItOwes = member.grantedCredit();
        incoming.credit(3 * PART); // 500 go into the debt; the member has 1000 of what it was given first

        assertThat(whileItOwes).isEqualTo(2 * PART);
        assertThat(member.grantedCredit() - PART).isEqualTo(2 * PART + 500);
    }

    @Test
    void dataBeyondTheCreditWaitsAndTheEndStandsBehindIt() {
        pipeline.change = times(3);
        Incoming incoming = begun(2 * PART, path);

        data(0);
        data(1); // the member may, the caller does not take it
        complete(2);
        int before = path.parts().size();
        incoming.credit(PART);
        int whileItOwes = path.parts().size();
        incoming.credit(1);

        assertThat(before).isEqualTo(1);
        assertThat(whileItOwes).isEqualTo(1);
        assertThat(path.parts())
                .extracting(Part::status)
                .containsExactly(PartStatus.DATA, PartStatus.DATA, PartStatus.COMPLETE);
        assertThat(path.terminal().finalCount()).isEqualTo(2);
        node.isEmpty(member);
    }

    @Test
    void aFailureThatTheMemberAnsweredStandsBehindWhatWaits() {
        pipeline.change = times(3);
        Incoming incoming = begun(2 * PART, path);
        data(0);
        data(1);

        member.answer(Part.failed(io.sommelier.api.CommandError.executed("no more"))
                .finalCount(2)
                .build());
        assertThat(path.ended()).isFalse();
        incoming.credit(2 * PART);

        assertThat(path.error().outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(path.terminal().finalCount()).isEqualTo(2);
    }

    @Test
    void whoDoesNotTakeWhatWaitsIsToldAtTheDeadlineWhatItGot() {
        pipeline.change = times(3);
        begun(2 * PART, path);
        data(0);
        data(1);

        node.passes(Duration.ofSeconds(11));

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void whoCancelsWhileTheEndWaitsIsToldSo() {
        pipeline.change = times(3);
        Incoming incoming = begun(2 * PART, path);
        data(0);
        data(1);
        complete(2);

        incoming.cancel("enough");
        incoming.credit(10 * PART);

        assertThat(path.parts()).hasSize(2);
        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
    }

    @Test
    void whoGoesWhileTheEndWaitsLeavesNothingBehind() {
        pipeline.change = times(3);
        Incoming incoming = begun(2 * PART, path);
        data(0);
        data(1);
        complete(2);

        incoming.callerGone("gone");

        assertThat(path.ended()).isTrue();
        node.isEmpty(member);
    }

    @Test
    void aReplyThatIsMadeFarLargerThanItsCallerTakesEndsAndTheMemberIsTold() {
        pipeline.change = part -> part.status() == PartStatus.DATA
                ? part.toBuilder().payload(Payload.copyOf(new byte[9 << 20])).build()
                : part;
        begun(4 * PART, path);

        data(0);
        data(1);
        data(2);

        assertThat(path.parts()).hasSize(2);
        assertThat(path.error().code()).isEqualTo(ErrorCode.REPLY_TOO_LARGE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.REPLY_LOST);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        assertThat(member.cancels()).hasSize(1);
        node.isEmpty(member);
    }

    @Test
    void aSlowReaderOfWhatWaitsDoesNotTimeItsWorkerOut() {
        node.controller.settings(ControllerSettings.defaults().withStreamIdle(Duration.ofSeconds(1)));
        pipeline.change = times(3);
        begun(2 * PART, path);
        data(0);

        node.passes(Duration.ofSeconds(5));

        assertThat(path.ended()).isFalse();
    }

    @Test
    void creditAndPartsAtOnceKeepTheOrderAndTheBoundAndLoseNothing() throws Exception {
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 40; round++) {
                pipeline.change = times(round % 2 == 0 ? 3 : 0.5);
                AtomicLong credit = new AtomicLong(2 * PART);
                AtomicLong unread = new AtomicLong();
                RecordingReplyPath kept = new RecordingReplyPath();
                AtomicReference<String> fault = new AtomicReference<>();
                Incoming incoming = begun(2 * PART, new ReplyPath() {
                    @Override
                    public void admitted() {}

                    @Override
                    public void part(Part part) {
                        if (part.status() == PartStatus.DATA) {
                            if (credit.getAndAdd(-part.cost()) <= 0) {
                                fault.set("DATA without credit");
                            }
                            unread.addAndGet(part.cost());
                        }
                        kept.part(part);
                    }
                });
                Future<?> reading = reader.submit(() -> {
                    while (!kept.ended()) {
                        long bytes = unread.getAndSet(0);
                        if (bytes > 0) {
                            credit.addAndGet(bytes);
                            incoming.credit(bytes);
                        } else {
                            Thread.yield();
                        }
                    }
                });
                int parts = 50;
                for (int i = 0; i < parts; i++) {
                    while (member.grantedCredit() - (long) i * PART <= 0) {
                        Thread.yield();
                    }
                    data(i);
                }
                complete(parts);
                reading.get();

                assertThat(fault.get()).isNull();
                assertThat(kept.overlapped()).isFalse();
                assertThat(kept.parts()).hasSize(parts + 1);
                for (int i = 0; i < parts; i++) {
                    assertThat(kept.parts().get(i).sequence()).isEqualTo(i);
                }
                assertThat(kept.terminal().error()).isEmpty();
            }
        } finally {
            reader.shutdownNow();
        }
        node.isEmpty(member);
    }
}
