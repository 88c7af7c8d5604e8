package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command ends exactly between two steps of another: where the controller looks at its clock, asks its strategy, offers, or delivers. Promise 1 without chance. */
@Timeout(60)
class InterleavingTest {
    private final Node node = new Node();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final Command command =
            Node.pour().idempotent(true).ttl(Duration.ofSeconds(9)).build();
    private HandChannel member;

    @BeforeEach
    void join() {
        member = node.member("north", 4, "pour");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void cancel() {
        node.find(command).cancel("in the midst");
    }

    private void cancelled(Stage stage, Outcome outcome) {
        assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                .hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().stage()).isEqualTo(stage);
        assertThat(path.error().outcome()).isEqualTo(outcome);
        node.isEmpty(member);
    }

    @Test
    void commandThatEndsWhileItIsClaimedIsNotWritten() {
        node.send(command, path);
        node.atNextLook(this::cancel);

        boolean claimed = member.claimNext();

        assertThat(claimed).isFalse();
        cancelled(Stage.SEND_QUEUE, Outcome.NOT_SENT);
        assertThat(member.cancels()).as("it has nothing to be told").isEmpty();
    }

    @Test
    void commandThatEndsWhileAMemberIsPickedIsNotOffered() {
        node.controller.strategy((members, sought) -> {
            cancel();
            return 0;
        });

        node.send(command, path);

        assertThat(member.queued()).isZero();
        cancelled(Stage.ROUTING, Outcome.NOT_SENT);
    }

    @Test
    void commandThatEndsWhileItIsOfferedIsNotClaimed() {
        member.atOffer = this::cancel;

        node.send(command, path);

        assertThat(member.claimNext()).isFalse();
        cancelled(Stage.SEND_QUEUE, Outcome.NOT_SENT);
    }

    @Test
    void commandThatEndsWhileItsOfferIsRefusedGoesToNobodyElse() {
        HandChannel other = node.member("south", 4, "pour");
        node.controller.strategy((members, sought) -> 0);
        member.refusesOffers = true;
        member.atOffer = this::cancel;

        node.send(command, path);

        assertThat(other.queued()).isZero();
        cancelled(Stage.SEND_QUEUE, Outcome.NOT_SENT);
    }

    @Test
    void commandThatEndsWhileItIsRoutedIsNotPutIntoAMailbox() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        node.send(command.toBuilder().durable(true).build(), path);
        node.atNextLook(this::cancel);

        pipeline.last().passDown();

        assertThat(mailbox.puts).isEmpty();
        cancelled(Stage.PIPELINE, Outcome.NOT_SENT);
    }

    @Test
    void commandThatEndsBeforeItGoesBackIntoItsMailboxIsLetGoThere() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.controller.strategy((members, sought) -> {
            cancel();
            return -1;
        });

        node.send(command.toBuilder().durable(true).build(), path);

        assertThat(mailbox.puts.get(0).back).isZero();
        assertThat(mailbox.puts.get(0).done).isEqualTo(1);
        cancelled(Stage.ROUTING, Outcome.NOT_SENT);
    }

    @Test
    void commandThatEndsWhileItIsHandedOnGoesToNobodyElse() {
        node.send(command, path);
        member.claimNext();
        HandChannel other = node.member("south", 4, "pour");
        node.atNextLook(this::cancel);

        member.lose();

        assertThat(other.queued()).isZero();
        cancelled(Stage.REPLY_WAIT, Outcome.UNKNOWN);
        node.isEmpty(other);
    }

    @Test
    void commandThatEndsWhileItsPartIsDeliveredGetsItsTerminalBehindThePart() {
        node.controller.pipeline((ran, principal, source, end) -> new io.sommelier.spi.Pipeline.Run() {
            @Override
            public void down() {
                end.execute(ran);
            }

            @Override
            public void up(Part part) {
                if (part.status().isTerminal()) {
                    end.send(part);
                } else {
                    cancel();
                    assertThat(path.parts()).as("nothing overtakes").isEmpty();
                    end.send(part);
                }
            }
        });
        node.send(command, path);
        member.claimNext();

        member.answer(Part.data(Payload.ofText("d")).build());

        assertThat(path.parts()).hasSize(2);
        assertThat(path.terminal().finalCount()).isEqualTo(1);
        cancelled(Stage.STREAM, Outcome.UNKNOWN);
        assertThat(member.cancels()).hasSize(1);
    }

    @Test
    void terminalOfTheMemberFromInsideItsOwnPartComesBehindThePart() {
        node.controller.pipeline((ran, principal, source, end) -> new io.sommelier.spi.Pipeline.Run() {
            private boolean nested;

            @Override
            public void down() {
                end.execute(ran);
            }

            @Override
            public void up(Part part) {
                if (!nested) {
                    nested = true;
                    member.answer(Part.complete(Payload.empty()).finalCount(1).build());
                }
                end.send(part);
            }
        });
        node.send(command, path);
        member.claimNext();

        member.answer(Part.data(Payload.ofText("d")).build());

        assertThat(path.parts()).hasSize(2);
        assertThat(path.terminal().error()).isEmpty();
        node.isEmpty(member);
    }

    @Test
    void commandThatIsAnsweredInsideItsOfferIsDoneWhenTheSendReturns() {
        HandChannel direct = member;
        HandChannel eager = new HandChannel(4) {
            @Override
            public boolean offer(io.sommelier.spi.Outgoing outgoing) {
                outgoing.claim();
                outgoing.initialCredit();
                outgoing.part(Part.complete(Payload.ofText("poured")).build());
                return true;
            }
        };
        direct.lose();
        node.join(eager, io.sommelier.api.Hello.of("south").serves("cellar", java.util.List.of("pour")));

        node.send(command, path);

        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(eager);
    }

    @Test
    void cancelThatRacesTheWayOutOfAMailboxLeavesNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            HandMailbox mailbox = new HandMailbox(node.clock::get);
            node.controller.mailbox(mailbox);
            for (int run = 0; run < 3000; run++) {
                mailbox.storesAtOnce = false;
                RecordingReplyPath each = new RecordingReplyPath();
                Incoming incoming = node.send(Node.pour().durable(true).build(), each);
                HandMailbox.Letter letter = mailbox.puts.get(run);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> storing = threads.submit(() -> {
                    together.await();
                    letter.store();
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    incoming.cancel("enough");
                    return null;
                });
                storing.get();
                cancelling.get();
                while (member.queued() > 0) { // another controller may take a durable command up that is cancelled here
                    if (member.claimNext()) {
                        member.answer(Part.complete(Payload.empty()).build());
                    }
                }

                assertThat(each.parts()).hasSize(1);
                assertThat(letter.done).as("run %s", run).isEqualTo(1);
                node.isEmpty(member);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
