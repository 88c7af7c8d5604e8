package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the commands that come to a connector. */
class ServingTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BlockingQueue<Responder> responders = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    private ScriptedController controller;
    private Connector connector;

    @BeforeEach
    void listen() throws Exception {
        controller = new ScriptedController();
    }

    @AfterEach
    void close() throws Exception {
        controller.close();
        if (connector != null) {
            connector.close(Duration.ZERO);
        }
    }

    private ConnectorBuilder builder() {
        return Connector.builder("cellar-1")
                .controller(controller.address())
                .dialWait(Duration.ofMillis(1), Duration.ofMillis(5))
                .serves("cellar");
    }

    private ScriptedPeer connect(ConnectorBuilder builder) throws Exception {
        connector = builder.open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        return peer;
    }

    /** A handler that leaves the answer to the test. */
    private void age(Invocation invocation, Responder responder) {
        responder.onCancel(() -> cancelled.add("cancelled"));
        responders.add(responder);
    }

    private static Command command(String operation) {
        return Command.to("cellar", operation).payload(Payload.ofText("red")).build();
    }

    @Test
    void aCommandReachesItsHandlerWithWhatTheControllerKnowsOfIt() throws Exception {
        BlockingQueue<Invocation> seen = new LinkedBlockingQueue<>();
        ScriptedPeer peer = connect(builder().handler("pour", (invocation, responder) -> {
            seen.add(invocation);
            responder.complete(invocation.payload());
        }));

        peer.send(command("pour"));

        assertThat(next(peer.parts).payload().asText()).isEqualTo("red");
        Invocation invocation = next(seen);
        assertThat(invocation.source()).isEqualTo("guest-1");
        assertThat(invocation.principal()).isEqualTo("ann");
        assertThat(invocation.attempt()).isEqualTo(1);
    }

    @Test
    void aHandlerRunsOnAThreadOfItsOwnAndADirectOneOnTheIoThread() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        CommandHandler handler = (invocation, responder) -> {
            threads.add(Thread.currentThread().getName());
            responder.complete(Payload.empty());
        };
        ScriptedPeer peer = connect(builder().handler("pour", handler).directHandler("sip", handler));

        peer.send(command("pour"));
        assertThat(next(threads)).isEqualTo("sommelier-cellar-1-1");
        peer.send(command("sip"));
        assertThat(next(threads)).isEqualTo("sommelier-cellar-1-io");
    }

    @Test
    void aStreamComesInOrderWithItsFinalCount() throws Exception {
        ScriptedPeer peer = connect(builder()
                .handler(
                        "count",
                        CommandHandler.iterating(invocation -> List.of(Payload.ofText("1"), Payload.ofText("2"))
                                .iterator())));

        peer.send(command("count"));

        assertThat(next(peer.parts).payload().asText()).isEqualTo("1");
        assertThat(next(peer.parts).payload().asText()).isEqualTo("2");
        Part terminal = next(peer.parts);
        assertThat(terminal.status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(terminal.finalCount()).isEqualTo(2);
    }

    @Test
    void anOperationThatIsNotServedIsRefused() throws Exception {
        ScriptedPeer peer = connect(builder());

        peer.send(command("dance"));

        assertThat(next(peer.parts).error()).hasValueSatisfying(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
            assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(error.stage()).isEqualTo(Stage.MEMBER_QUEUE);
            assertThat(error.retryable()).isFalse();
        });
    }

    @Test
    void aHandlerThatThrowsFailsItsCommandAndTheChannelGoesOn() throws Exception { // GX-4 defect 0
        ScriptedPeer peer = connect(builder()
                .handler("drop", (invocation, responder) -> {
                    throw new IllegalStateException("broken glass");
                })
                .handler("pour", CommandHandler.answering(Invocation::payload)));

        peer.send(command("drop"));
        assertThat(next(peer.parts).error())
                .hasValueSatisfying(error -> assertThat(error.outcome()).isEqualTo(Outcome.EXECUTED));
        peer.send(command("pour"));
        assertThat(next(peer.parts).payload().asText()).isEqualTo("red");
    }

    @Test
    void aboveThreadsAndQueueACommandIsRefusedAsBusy() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        ScriptedPeer peer = connect(builder().threads(1).queue(0).handler("block", (invocation, responder) -> {
            responder.accept(Part.accepted().build());
            free.await(10, TimeUnit.SECONDS);
            responder.complete(Payload.empty());
        }));
        peer.send(command("block"));
        assertThat(next(peer.parts).status()).isEqualTo(PartStatus.ACCEPTED);

        peer.send(command("block"));

        assertThat(next(peer.parts).error())
                .hasValueSatisfying(error -> assertThat(error.code()).isEqualTo(ErrorCode.MEMBER_BUSY));
        free.countDown();
        assertThat(next(peer.parts).status()).isEqualTo(PartStatus.COMPLETE);
    }

    @Test
    void aHandlerHearsThatItsChannelIsLost() throws Exception {
        ScriptedPeer peer = connect(builder().handler("age", this::age));
        peer.send(command("age"));
        Responder responder = next(responders);

        peer.vanish();

        assertThat(next(cancelled)).isNotEmpty();
        assertThat(responder.isEnded()).isTrue();
        responder.complete(Payload.ofText("too late"));
    }

    @Test
    void closeLetsAHandlerFinishAndItsReplyOutBeforeTheGoodbye() throws Exception {
        ScriptedPeer peer = connect(builder().handler("age", this::age));
        peer.send(command("age"));
        Responder responder = next(responders);

        CompletionStage<Void> closed = connector.closeLater(LIMIT);
        next(peer.drains);
        assertThat(peer.ends).isEmpty();
        responder.complete(Payload.ofText("aged"));

        assertThat(next(peer.parts).payload().asText()).isEqualTo("aged");
        assertThat(next(peer.ends).reason()).isEqualTo(CloseReason.NORMAL);
        closed.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aCommandThatCrossesWithTheDrainIsStillServed() throws Exception {
        connector = builder()
                .handler("pour", CommandHandler.answering(Invocation::payload))
                .open();
        ScriptedPeer peer = controller.acceptSilently();
        Thread reader = new Thread(peer::readOnce);
        reader.start();
        peer.welcome("");
        reader.join();
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        connector.closeLater(LIMIT); // not read by the peer before it has sent
        peer.send(command("pour"));
        peer.reading();

        assertThat(next(peer.parts).payload().asText()).isEqualTo("red");
        assertThat(next(peer.ends).reason()).isEqualTo(CloseReason.NORMAL);
    }

    @Test
    void closeEndsWhatTakesLongerThanTheLimit() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        ScriptedPeer peer = connect(builder().handler("block", (invocation, responder) -> {
            responder.accept(Part.accepted().build());
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }));
        peer.send(command("block"));
        next(peer.parts);

        connector.close(Duration.ofMillis(1));

        assertThat(next(peer.ends)).isEqualTo(new Goodbye(CloseReason.NORMAL, false, "closed by its owner"));
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
