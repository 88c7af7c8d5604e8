package io.sommelier.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Responder;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorState;
import io.sommelier.connector.ConnectorState.Phase;
import io.sommelier.testkit.FreePort;
import io.sommelier.wire.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpTransportTest {
    private static final int BARREL_BYTES = 64 * 1024;
    private static final Duration SHORT_WAIT = Duration.ofMillis(10);

    private TcpNode node = new TcpNode("node-1", TcpNode.settings());

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aCommandGoesToTheMemberAndItsReplyComesBack() throws Exception {
        node.open(node.connector("cellar-1").serves("cellar").handler("pour", echo()));
        Connector sender = node.open(node.connector("guest-1"));

        Reply reply = get(sender.send(Command.to("cellar", "pour")
                        .payload(Payload.ofText("red"))
                        .build())
                .result());

        assertThat(reply.payload().asText()).isEqualTo("red");
    }

    @Test
    void aConnectorThatServesMaySendToItself() throws Exception {
        Connector both = node.open(node.connector("cellar-1").serves("cellar").directHandler("pour", echo()));

        Reply reply = get(both.send(Command.to("cellar", "pour")
                        .payload(Payload.ofText("red"))
                        .build())
                .result());

        assertThat(reply.payload().asText()).isEqualTo("red");
    }

    @Test
    void aMemberThatListensIsDialledAndServesAsOneThatDials() throws Exception {
        Connector listening = Connector.builder("cellar-1")
                .listenOn("127.0.0.1", 0)
                .serves("cellar")
                .handler("pour", echo())
                .open();
        node.close();
        node = new TcpNode(
                "node-1",
                TcpNode.settings()
                        .withMembers(
                                List.of(new HostPort("127.0.0.1", listening.localPort())), SHORT_WAIT, SHORT_WAIT));
        Connector sender = node.open(node.connector("guest-1"));
        assertThat(listening.awaitActive(Duration.ofSeconds(10))).isTrue();

        Reply reply = get(sender.send(Command.to("cellar", "pour")
                        .payload(Payload.ofText("red"))
                        .build())
                .result());

        assertThat(reply.payload().asText()).isEqualTo("red");
        listening.close();
    }

    @Test
    void aMemberThatIsNotYetThereIsDialledUntilItIs() throws Exception {
        int port = FreePort.next();
        node.close();
        node = new TcpNode(
                "node-1",
                TcpNode.settings().withMembers(List.of(new HostPort("localhost", port)), SHORT_WAIT, SHORT_WAIT));

        Connector late = Connector.builder("cellar-1")
                .listenOn("127.0.0.1", port)
                .serves("cellar")
                .open();

        assertThat(late.awaitActive(Duration.ofSeconds(10))).isTrue();
        late.close();
    }

    @Test
    void manyCommandsAtOnceAreAllAnsweredByTheirOwnReply() throws Exception {
        node.open(node.connector("cellar-1").serves("cellar").capacity(5000).directHandler("pour", echo()));
        Connector sender = node.open(node.connector("guest-1"));

        List<CompletionStage<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            replies.add(sender.send(Command.to("cellar", "pour")
                            .payload(Payload.ofText("glass " + i))
                            .build())
                    .result());
        }

        for (int i = 0; i < 5000; i++) {
            assertThat(get(replies.get(i)).payload().asText()).isEqualTo("glass " + i);
        }
    }

    @Test
    void aPayloadOfSeveralMegabytesPassesInBothDirections() throws Exception {
        node.open(node.connector("cellar-1").serves("cellar").handler("pour", echo()));
        Connector sender = node.open(node.connector("guest-1"));
        byte[] barrel = new byte[7 * 1024 * 1024];
        Arrays.fill(barrel, (byte) 7);

        Reply reply = get(sender.send(Command.to("cellar", "pour")
                        .payload(Payload.copyOf(barrel))
                        .build())
                .result());

        assertThat(reply.payload()).isEqualTo(Payload.copyOf(barrel));
    }

    @Test
    void aSlowReaderStopsItsWorkerAndNobodyElse() throws Exception {
        int parts = 64;
        node.open(node.connector("cellar-1")
                .serves("cellar")
                .handler("barrels", barrels(parts))
                .handler("pour", echo()));
        Connector sender = node.open(node.connector("guest-1"));
        Semaphore taken = new Semaphore(0);

        var slow = sender.send(Command.to("cellar", "barrels").build(), (call, part) -> taken.release());
        int first = (int) (CommandSender.INITIAL_CREDIT_BYTES / BARREL_BYTES);
        assertThat(taken.tryAcquire(first, 10, TimeUnit.SECONDS)).isTrue();
        Reply other = get(sender.send(Command.to("cellar", "pour")
                        .payload(Payload.ofText("red"))
                        .build())
                .result());

        assertThat(other.payload().asText()).isEqualTo("red");
        assertThat(taken.availablePermits()).isZero();
        slow.request((long) parts * BARREL_BYTES);
        assertThat(get(slow.result()).terminal().finalCount()).isEqualTo(parts);
    }

    @Test
    void aCancelReachesTheHandler() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        node.open(node.connector("cellar-1").serves("cellar").handler("age", (invocation, responder) -> {
            responder.onCancel(cancelled::countDown);
            started.countDown();
        }));
        Connector sender = node.open(node.connector("guest-1"));

        var call = sender.send(Command.to("cellar", "age").build());
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        call.cancel("changed my mind");

        assertThat(errorOf(call.result()).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHandlerThatThrowsFailsItsCommandAndNeverItsChannel() throws Exception { // GX-4 defect 0
        Connector cellar = node.open(node.connector("cellar-1")
                .serves("cellar")
                .handler("pour", echo())
                .handler("drop", (invocation, responder) -> {
                    throw new IllegalStateException("broken glass");
                }));
        Connector sender = node.open(node.connector("guest-1"));

        CommandError error =
                errorOf(sender.send(Command.to("cellar", "drop").build()).result());
        Reply after = get(sender.send(Command.to("cellar", "pour").build()).result());

        assertThat(error.outcome()).isEqualTo(Outcome.EXECUTED);
        assertThat(after.payload().isEmpty()).isTrue();
        assertThat(cellar.state().phase()).isEqualTo(Phase.ACTIVE);
    }

    @Test
    void aMemberThatClosesLosesNoCommandThatAnotherCanServe() throws Exception {
        node.open(node.connector("cellar-1").serves("cellar").directHandler("pour", echo()));
        Connector leaving =
                node.open(node.connector("cellar-2").serves("cellar").directHandler("pour", echo()));
        Connector sender = node.open(node.connector("guest-1"));

        List<CompletionStage<Reply>> replies = new ArrayList<>();
        CompletionStage<Void> closed = null;
        for (int i = 0; i < 2000; i++) {
            if (i == 500) {
                closed = leaving.closeLater(Duration.ofSeconds(5));
            }
            replies.add(sender.send(Command.to("cellar", "pour").build()).result());
            if (i % 100 == 99) {
                get(replies.get(i));
            }
        }

        for (CompletionStage<Reply> reply : replies) {
            assertThat(get(reply)).isNotNull();
        }
        get(closed);
        assertThat(node.members("cellar")).isEqualTo(1);
    }

    @Test
    void aLostMemberFailsItsCommandsAtOnce() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Connector cellar = node.open(node.connector("cellar-1")
                .serves("cellar")
                .handler("age", (invocation, responder) -> started.countDown()));
        Connector sender = node.open(node.connector("guest-1"));

        var call = sender.send(
                Command.to("cellar", "age").ttl(Duration.ofMinutes(5)).build());
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        cellar.close(Duration.ZERO);

        CommandError error = errorOf(call.result());
        assertThat(error.code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void aStopLetsWhatIsUnderWayEndAndThenSaysGoodbye() throws Exception {
        CompletableFuture<Responder> given = new CompletableFuture<>();
        node.open(node.connector("cellar-1")
                .serves("cellar")
                .handler("age", (invocation, responder) -> given.complete(responder)));
        Connector sender = node.open(node.connector("guest-1"));
        var call = sender.send(
                Command.to("cellar", "age").ttl(Duration.ofMinutes(5)).build());
        Responder responder = given.get(10, TimeUnit.SECONDS);

        CompletionStage<Void> stopped = node.controller().remove(node.transport(), Duration.ofSeconds(30));
        await().until(() -> node.controller().admin().channels().stream()
                .anyMatch(channel ->
                        channel.instance().equals("cellar-1") && channel.state() == ChannelView.State.DRAINING));
        responder.complete(Payload.ofText("aged"));

        assertThat(get(call.result()).payload().asText()).isEqualTo("aged");
        get(stopped);
    }

    @Test
    void aStopTellsEveryConnectorToComeBackAndEndsEveryThread() throws Exception {
        BlockingQueue<ConnectorState> states = new LinkedBlockingQueue<>();
        Connector connector = node.connector("guest-1").onState(states::add).open();
        assertThat(connector.awaitActive(Duration.ofSeconds(10))).isTrue();

        get(node.controller().remove(node.transport(), Duration.ofSeconds(5)));

        assertThat(states.poll(10, TimeUnit.SECONDS).phase()).isEqualTo(Phase.CONNECTING);
        assertThat(states.poll(10, TimeUnit.SECONDS).phase()).isEqualTo(Phase.ACTIVE);
        assertThat(states.poll(10, TimeUnit.SECONDS).phase()).isEqualTo(Phase.DRAINING);
        assertThat(states.poll(10, TimeUnit.SECONDS).goodbye())
                .hasValueSatisfying(goodbye ->
                        assertThat(goodbye).matches(told -> told.reason() == CloseReason.SHUTDOWN && told.comeBack()));
        await().atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("sommelier-tcp")));
        connector.close();
    }

    @Test
    void aStoppedTransportMayBeStartedAgain() throws Exception {
        get(node.controller().remove(node.transport(), Duration.ofSeconds(5)));

        get(node.controller().add(node.transport()));

        assertThat(node.open(node.connector("guest-1")).isActive()).isTrue();
    }

    @Test
    void aPortThatIsTakenFailsTheStartWithTheWayOut() {
        TcpTransport second = new TcpTransport(TcpNode.settings().withAddress("127.0.0.1", node.port()));

        assertThatThrownBy(() -> get(second.start(node.controller())))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + node.port())
                .hasMessageContaining("another program");
        assertThatThrownBy(second::localPort).isInstanceOf(IllegalStateException.class);
    }

    // --- helpers ----------------------------------------------------------------------------------------------

    private static CommandHandler echo() {
        return CommandHandler.answering(invocation -> invocation.payload());
    }

    private static CommandHandler barrels(int count) {
        Payload barrel = Payload.copyOf(new byte[BARREL_BYTES]);
        return CommandHandler.iterating(
                invocation -> java.util.Collections.nCopies(count, barrel).iterator());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static CommandError errorOf(CompletionStage<Reply> stage) throws Exception {
        try {
            throw new AssertionError("completed with " + get(stage));
        } catch (ExecutionException failure) {
            return ((CommandException) failure.getCause()).error();
        }
    }
}
