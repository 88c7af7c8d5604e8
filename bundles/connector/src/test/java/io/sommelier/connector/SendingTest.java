package io.sommelier.connector;

import static io.sommelier.connector.ScriptedPeer.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the commands that a connector sends. */
class SendingTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MIB = 1024 * 1024;

    private final FakeClock clock = new FakeClock();
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
        return Connector.builder("guest-1")
                .controller(controller.address())
                .dialWait(Duration.ofMillis(1), Duration.ofMillis(5));
    }

    private ScriptedPeer connect(ConnectorBuilder builder) throws Exception {
        connector = builder.open();
        ScriptedPeer peer = controller.accept();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        return peer;
    }

    private static Command.Builder pour() {
        return Command.to("cellar", "pour");
    }

    @Test
    void aCommandIsWrittenWithItsBudgetAndItsCreditAndTheReplyComesBack() throws Exception {
        ScriptedPeer peer = connect(builder());

        Call call = connector.send(pour().ttl(Duration.ofSeconds(20))
                .payload(Payload.ofText("red"))
                .idempotent(true)
                .build());
        ScriptedPeer.Taken taken = next(peer.commands);
        peer.run(link -> link.part(
                taken.stream(), Part.complete(Payload.ofText("cheers")).build()));

        assertThat(get(call.result()).payload().asText()).isEqualTo("cheers");
        assertThat(taken.command().id()).isEqualTo(call.id());
        assertThat(taken.command().payload().asText()).isEqualTo("red");
        assertThat(taken.command().idempotent()).isTrue();
        assertThat(taken.command().ttl()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(20));
        assertThat(taken.initialCredit()).isEqualTo(CommandSender.INITIAL_CREDIT_BYTES);
    }

    @Test
    void theSenderHearsThatItsCommandWasAdmitted() throws Exception {
        ScriptedPeer peer = connect(builder());

        Call call = connector.send(pour().durable(true).build());
        ScriptedPeer.Taken taken = next(peer.commands);
        peer.run(link -> link.admitted(taken.stream()));

        get(call.admitted());
        assertThat(call.result().toCompletableFuture()).isNotDone();
    }

    @Test
    void whatAListenerGivesBackReachesTheWorkerAsCredit() throws Exception {
        ScriptedPeer peer = connect(builder());
        BlockingQueue<Part> parts = new LinkedBlockingQueue<>();

        Call call = connector.send(pour().build(), (answered, part) -> {
            parts.add(part);
            if (!part.status().isTerminal()) {
                answered.request(part.payload().size());
            }
        });
        ScriptedPeer.Taken taken = next(peer.commands);
        peer.run(link ->
                link.part(taken.stream(), Part.data(Payload.ofText("drop")).build()));

        assertThat(next(parts).payload().asText()).isEqualTo("drop");
        assertThat(next(peer.credits)).isEqualTo(4);
        peer.run(link -> link.part(
                taken.stream(), Part.complete(Payload.empty()).finalCount(1).build()));
        assertThat(get(call.result()).terminal().finalCount()).isEqualTo(1);
    }

    @Test
    void aCancelEndsTheCallAndTellsTheController() throws Exception {
        ScriptedPeer peer = connect(builder());
        Call call = connector.send(pour().build());
        next(peer.commands);

        call.cancel("changed my mind");

        assertThat(errorOf(call)).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.CANCELLED);
            assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(error.stage()).isEqualTo(Stage.REPLY_WAIT);
        });
        assertThat(next(peer.cancels)).isEqualTo("changed my mind");
    }

    @Test
    void withoutAControllerACommandFailsAtOnceNotSent() {
        connector = builder().open();

        Call call = connector.send(pour().build());

        assertThat(call.result().toCompletableFuture()).isCompletedExceptionally();
        assertThat(errorOf(call)).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(error.stage()).isEqualTo(Stage.SEND_QUEUE);
            assertThat(error.retryable()).isTrue();
        });
    }

    @Test
    void afterTheEndACommandFailsAtOnceForGood() {
        connector = builder().open();
        connector.close(Duration.ZERO);

        CommandError error = errorOf(connector.send(pour().build()));

        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(error.retryable()).isFalse();
    }

    @Test
    void aLossEndsWhatWasWrittenAtOnceAsUnknown() throws Exception { // GX-4 defect 7
        ScriptedPeer peer = connect(builder());
        Call waiting = connector.send(pour().ttl(Duration.ofHours(1)).build());
        next(peer.commands);
        BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
        Call streaming = connector.send(pour().ttl(Duration.ofHours(1)).build(), (answered, part) -> parts.add(part));
        ScriptedPeer.Taken taken = next(peer.commands);
        peer.run(link -> link.part(taken.stream(), Part.accepted().build()));
        next(parts);

        peer.vanish();

        assertThat(errorOf(waiting)).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
            assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(error.stage()).isEqualTo(Stage.REPLY_WAIT);
            assertThat(error.retryable()).isFalse();
        });
        assertThat(errorOf(streaming).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(errorOf(streaming).stage()).isEqualTo(Stage.STREAM);
    }

    @Test
    void nobodyTakesItForActiveWhenItsCommandsFailByALoss() throws Exception { // GX-4 defect 7
        ScriptedPeer peer = connect(builder().dialWait(Duration.ofMinutes(1), Duration.ofMinutes(1)));
        Call call = connector.send(pour().build());
        next(peer.commands);
        CompletionStage<Boolean> seen = call.result().handle((reply, failure) -> connector.isActive());

        peer.vanish();

        assertThat(get(seen)).isFalse();
    }

    @Test
    void aLossEndsWhatWasNotYetWrittenAsNotSent() throws Exception {
        connector = builder().open();
        ScriptedPeer peer = controller.acceptSilently();
        Thread reader = new Thread(peer::readOnce);
        reader.start();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 32; i++) { // more than the sockets between hold
            calls.add(
                    connector.send(pour().payload(Payload.copyOf(new byte[MIB])).build()));
        }

        peer.vanish();

        assertThat(errorOf(calls.get(0)).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(errorOf(calls.get(31))).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(error.stage()).isEqualTo(Stage.SEND_QUEUE);
            assertThat(error.retryable()).isTrue();
        });
    }

    @Test
    void aboveTheBoundOfTheSendQueueACommandIsOverload() throws Exception {
        connector = builder().sendQueue(4, 64L * MIB).open();
        ScriptedPeer peer = controller.acceptSilently();
        Thread reader = new Thread(peer::readOnce);
        reader.start();
        peer.welcome("");
        assertThat(connector.awaitActive(LIMIT)).isTrue();

        List<Call> calls = new ArrayList<>();
        await().atMost(LIMIT).until(() -> {
            Call call =
                    connector.send(pour().payload(Payload.copyOf(new byte[MIB])).build());
            calls.add(call);
            return call.result().toCompletableFuture().isDone();
        });

        assertThat(errorOf(calls.get(calls.size() - 1))).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(error.retryable()).isTrue();
        });
    }

    @Test
    void aCommandThatTheControllerNeverAnswersEndsByItsOwnDeadline() throws Exception {
        LinkSettings patient =
                new LinkSettings(64 * 1024, MIB, 1024, 16, MIB, Duration.ofMinutes(10), Duration.ofMinutes(10));
        ScriptedPeer peer = connect(builder().clock(clock).link(patient));
        Call call = connector.send(pour().ttl(Duration.ofMinutes(5)).build());
        next(peer.commands);

        clock.advance(Duration.ofMinutes(5).plusNanos(SendingSide.GRACE_NANOS));
        clock.advance(Duration.ofMillis(100));

        assertThat(errorOf(call)).satisfies(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.EXPIRED);
            assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(error.stage()).isEqualTo(Stage.REPLY_WAIT);
        });
        assertThat(next(peer.cancels)).isNotEmpty();
    }

    @Test
    void whileTheControllerDrainsACommandIsNotSent() throws Exception {
        ScriptedPeer peer = connect(builder());
        Call before = connector.send(pour().build());
        ScriptedPeer.Taken taken = next(peer.commands);

        peer.run(Link::drain);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(errorOf(connector.send(
                                pour().ttl(Duration.ofMillis(500)).build())))
                        .satisfies(error -> {
                            assertThat(error.code()).isEqualTo(ErrorCode.DRAINING);
                            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
                            assertThat(error.retryable()).isTrue();
                        }));
        peer.run(
                link -> link.part(taken.stream(), Part.complete(Payload.empty()).build()));
        assertThat(get(before.result())).isNotNull();
    }

    @Test
    void aPayloadAboveTheLimitIsRefusedHere() throws Exception {
        connect(builder());

        CommandError error = errorOf(
                connector.send(pour().payload(Payload.copyOf(new byte[9 * MIB])).build()));

        assertThat(error.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void closeWaitsForTheRepliesOfWhatWasSent() throws Exception {
        ScriptedPeer peer = connect(builder());
        Call call = connector.send(pour().build());
        ScriptedPeer.Taken taken = next(peer.commands);

        CompletionStage<Void> closed = connector.closeLater(LIMIT);
        next(peer.drains);
        peer.run(link ->
                link.part(taken.stream(), Part.complete(Payload.ofText("late")).build()));

        assertThat(get(call.result()).payload().asText()).isEqualTo("late");
        assertThat(next(peer.ends)).isEqualTo(new Goodbye(CloseReason.NORMAL, false, "closed by its owner"));
        get(closed);
    }

    @Test
    void whatIsNotAnsweredWithinTheLimitOfACloseEndsAsUnknown() throws Exception {
        ScriptedPeer peer = connect(builder());
        Call call = connector.send(pour().build());
        next(peer.commands);

        connector.close(Duration.ofMillis(1));

        assertThat(errorOf(call).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void everyCommandOfManyThreadsEndsThoughTheConnectorClosesMeanwhile() throws Exception {
        ScriptedPeer peer = connect(builder());
        List<Call> calls = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread sender = new Thread(() -> {
                for (int n = 0; n < 2000; n++) {
                    calls.add(connector.send(pour().build()));
                }
            });
            senders.add(sender);
            sender.start();
        }
        next(peer.commands);

        connector.close(Duration.ZERO);

        for (Thread sender : senders) {
            sender.join();
        }
        for (Call call : calls) {
            assertThat(errorOf(call).code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static CommandError errorOf(Call call) {
        try {
            Reply reply = get(call.result());
            throw new AssertionError("completed with " + reply);
        } catch (ExecutionException failure) {
            return ((CommandException) failure.getCause()).error();
        } catch (Exception other) {
            throw new AssertionError(other);
        }
    }
}
