package io.sommelier.transport.tcp;

import static io.sommelier.transport.tcp.ScriptedConnector.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.transport.tcp.FakeController.Asked;
import io.sommelier.wire.Link;
import io.sommelier.wire.OutStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a channel owes the controller, driven from both ends. */
class LinkChannelTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int MIB = 1024 * 1024;
    private static final Hello HELLO =
            Hello.of("cellar-1").serves("cellar", Set.of("pour")).build();

    private final FakeController controller = new FakeController();
    private final TcpTransport transport = new TcpTransport(TcpNode.settings().withBounds(1, 100, 4));

    @BeforeEach
    void start() {
        transport.start(controller).toCompletableFuture().join();
    }

    @AfterEach
    void stop() throws Exception {
        transport.stop(Duration.ZERO).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private ScriptedConnector dial() throws Exception {
        return new ScriptedConnector(transport.localPort(), HELLO).reading();
    }

    /** A connector that reads its welcome, and nothing behind it. */
    private ScriptedConnector dialDeaf() throws Exception {
        ScriptedConnector deaf = new ScriptedConnector(transport.localPort(), HELLO);
        Asked asked = next(controller.hellos).accept();
        deaf.readWelcome();
        controller.hellos.add(asked);
        return deaf;
    }

    @Test
    void aHelloIsPassedOnAndTheWelcomeComesBack() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos);
        assertThat(asked.hello.instance()).isEqualTo("cellar-1");
        assertThat(asked.channel.transport()).isEqualTo("tcp");
        assertThat(asked.channel.remoteAddress()).startsWith("127.0.0.1:");

        asked.accept();

        assertThat(next(connector.welcomes).resumeToken()).isEqualTo("token");
    }

    @Test
    void aRefusalIsToldWithItsReason() throws Exception {
        ScriptedConnector connector = dial();
        Goodbye goodbye = new Goodbye(CloseReason.FORBIDDEN, false, "not you");

        next(controller.hellos).answer.completeExceptionally(new HelloRefusedException(goodbye));

        assertThat(next(connector.ends)).isEqualTo(goodbye);
    }

    @Test
    void aHelloThatTheControllerFailsToAnswerIsRefusedForNow() throws Exception {
        ScriptedConnector connector = dial();

        next(controller.hellos).answer.completeExceptionally(new IllegalStateException("defect"));

        assertThat(next(connector.ends).comeBack()).isTrue();
    }

    @Test
    void aPeerThatComesAfterTheSocketDiedIsToldSo() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos);
        FakeOutgoing waiting = new FakeOutgoing("red");
        assertThat(asked.channel.offer(waiting)).isTrue();
        connector.vanish();
        next(waiting.losses);

        asked.accept();

        assertThat(next(asked.ends).reason()).isEqualTo(CloseReason.LOST);
        assertThat(waiting.claims).isEmpty();
    }

    @Test
    void aPeerThatComesAfterTheTransportStoppedIsToldSo() throws Exception {
        dial();
        Asked asked = next(controller.hellos);
        transport.stop(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);

        asked.accept();

        assertThat(asked.ends.poll().reason()).isEqualTo(CloseReason.SHUTDOWN);
    }

    @Test
    void commandsWaitForTheWelcomeInTheirOrderWithinTheBound() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos);
        for (String text : List.of("1", "2", "3", "4")) {
            assertThat(asked.channel.offer(new FakeOutgoing(text))).isTrue();
        }
        assertThat(asked.channel.offer(new FakeOutgoing("5"))).isFalse();

        asked.accept();

        for (String text : List.of("1", "2", "3", "4")) {
            assertThat(next(connector.commands).command().payload().asText()).isEqualTo(text);
        }
    }

    @Test
    void aCommandThatRefusesItsClaimIsNotWrittenAndOwesNothing() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        FakeOutgoing ended = new FakeOutgoing(Payload.empty(), false);

        asked.channel.offer(ended);
        asked.channel.offer(new FakeOutgoing("next"));

        assertThat(next(connector.commands).command().payload().asText()).isEqualTo("next");
        connector.vanish();
        next(asked.ends);
        assertThat(ended.losses).isEmpty();
    }

    @Test
    void everythingIsCalledOnTheLoopOfTheChannel() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        FakeOutgoing outgoing = new FakeOutgoing("red");

        asked.channel.offer(outgoing);
        connector.vanish();

        assertThat(next(outgoing.losses)).isEqualTo("sommelier-tcp-1");
        assertThat(outgoing.claims).allMatch(thread -> thread.equals("sommelier-tcp-1"));
    }

    @Test
    void partsComeBackInOrderAndATerminalEndsTheCommand() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        FakeOutgoing outgoing = new FakeOutgoing("red");
        asked.channel.offer(outgoing);
        ScriptedConnector.Taken taken = next(connector.commands);

        connector.run(link -> {
            link.part(taken.stream(), Part.data(Payload.ofText("1")).build());
            link.part(taken.stream(), Part.data(Payload.ofText("2")).sequence(1).build());
            link.part(
                    taken.stream(), Part.complete(Payload.empty()).finalCount(2).build());
        });

        assertThat(next(outgoing.parts).payload().asText()).isEqualTo("1");
        assertThat(next(outgoing.parts).payload().asText()).isEqualTo("2");
        assertThat(next(outgoing.parts).status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(outgoing.channelState()).isNull();
        connector.vanish();
        next(asked.ends);
        assertThat(outgoing.losses).isEmpty();
    }

    @Test
    void creditAndCancelReachTheMember() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        FakeOutgoing outgoing = new FakeOutgoing("red");
        asked.channel.offer(outgoing);
        next(connector.commands);

        asked.channel.credit(outgoing, 77);
        assertThat(next(connector.credits)).isEqualTo(77);
        asked.channel.cancel(outgoing, "enough");
        assertThat(next(connector.cancels)).isEqualTo("enough");

        connector.vanish();
        next(asked.ends);
        assertThat(outgoing.losses).isEmpty();
    }

    @Test
    void aLossLosesWhatIsWrittenAndWhatWaitsThenEndsThePeerOnce() throws Exception {
        ScriptedConnector deaf = dialDeaf();
        Asked asked = next(controller.hellos);
        List<FakeOutgoing> offered = fill(asked);

        deaf.vanish();

        for (FakeOutgoing outgoing : offered) {
            next(outgoing.losses);
        }
        next(asked.ends);
        assertThat(offered.get(0).claims).hasSize(1);
        assertThat(offered.get(offered.size() - 1).claims).isEmpty();
        assertThat(offered).allSatisfy(outgoing -> assertThat(outgoing.losses).isEmpty());
        assertThat(asked.ends).isEmpty();
        assertThat(asked.channel.offer(new FakeOutgoing("late"))).isFalse();
    }

    @Test
    void aConnectorThatDoesNotReadFillsItsQueueAndNobodyElses() throws Exception {
        ScriptedConnector silent = dialDeaf();
        Asked deaf = next(controller.hellos);
        ScriptedConnector other = dial();
        Asked asked = next(controller.hellos).accept();

        fill(deaf);

        asked.channel.offer(new FakeOutgoing("red"));
        assertThat(next(other.commands).command().payload().asText()).isEqualTo("red");
        silent.vanish();
    }

    /** Offers commands of a megabyte until the queue is full and the system takes no more of them for a while; gives those that were taken. */
    private static List<FakeOutgoing> fill(Asked asked) {
        List<FakeOutgoing> taken = new ArrayList<>();
        await().during(Duration.ofMillis(200))
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    FakeOutgoing outgoing = new FakeOutgoing(Payload.copyOf(new byte[MIB]), true);
                    boolean offered = asked.channel.offer(outgoing);
                    if (offered) {
                        taken.add(outgoing);
                    }
                    return !offered && taken.get(taken.size() - 1).claims.isEmpty();
                });
        return taken;
    }

    @Test
    void aConnectorThatDrainsGivesBackWhatWaitsAndTakesNothingNew() throws Exception {
        ScriptedConnector deaf = dialDeaf();
        Asked asked = next(controller.hellos);
        List<FakeOutgoing> offered = fill(asked);
        FakeOutgoing last = offered.get(offered.size() - 1);

        deaf.run(Link::drain);

        next(asked.drains);
        next(last.losses);
        assertThat(last.claims).isEmpty();
        assertThat(offered.get(0).losses).isEmpty();
        assertThat(asked.channel.offer(new FakeOutgoing("late"))).isFalse();
    }

    @Test
    void aCommandAboveTheLimitsOfTheConnectorEndsNotSent() throws Exception {
        dial();
        Asked asked = next(controller.hellos).accept();
        FakeOutgoing large = new FakeOutgoing(Payload.copyOf(new byte[9 * MIB]), true);

        asked.channel.offer(large);

        assertThat(next(large.parts).error()).hasValueSatisfying(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        });
    }

    @Test
    void aReplyFromAnyThreadReachesTheCallerInOrder() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        next(connector.welcomes);
        send(connector);
        FakeController.Submitted submitted = next(asked.commands);
        assertThat(submitted.initialCredit()).isEqualTo(1_000_000);

        for (int i = 0; i < 1000; i++) {
            submitted
                    .replyPath()
                    .part(Part.data(Payload.ofText("drop " + i)).sequence(i).build());
        }
        submitted
                .replyPath()
                .part(Part.complete(Payload.empty()).finalCount(1000).build());

        for (int i = 0; i < 1000; i++) {
            assertThat(next(connector.parts).payload().asText()).isEqualTo("drop " + i);
        }
        assertThat(next(connector.parts).status()).isEqualTo(PartStatus.COMPLETE);
    }

    @Test
    void creditAndCancelOfTheCallerReachTheController() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        next(connector.welcomes);
        OutStream stream = send(connector);
        next(asked.commands);

        connector.run(link -> link.credit(stream, 55));
        assertThat(next(asked.credits)).isEqualTo(55);
        connector.run(link -> link.cancel(stream, "enough"));
        assertThat(next(asked.cancels)).isEqualTo("enough");
    }

    @Test
    void aCallerThatIsLostIsGoneAndHasNotCancelled() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        next(connector.welcomes);
        send(connector);
        FakeController.Submitted submitted = next(asked.commands);

        connector.vanish();

        next(asked.departures);
        next(asked.ends);
        assertThat(asked.cancels).isEmpty();
        submitted.replyPath().part(Part.complete(Payload.empty()).build()); // to nobody
    }

    @Test
    void operationsAndDrainArePassedOn() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        next(connector.welcomes);

        connector.run(link -> link.operations(Set.of("pour", "age")));
        connector.run(Link::drain);

        assertThat(next(asked.operations)).isEqualTo(Set.of("pour", "age"));
        next(asked.drains);
    }

    @Test
    void aProbeIsAnsweredByALivingConnector() throws Exception {
        dial();
        Asked asked = next(controller.hellos).accept();

        asked.channel.probe().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aCloseSaysGoodbyeBehindTheReplies() throws Exception {
        ScriptedConnector connector = dial();
        Asked asked = next(controller.hellos).accept();
        next(connector.welcomes);
        send(connector);
        Goodbye goodbye = new Goodbye(CloseReason.TAKEN_OVER, false, "another one came");

        next(asked.commands)
                .replyPath()
                .part(Part.complete(Payload.ofText("red")).build());
        asked.channel.close(goodbye);
        asked.channel.close(goodbye);

        assertThat(next(connector.parts).payload().asText()).isEqualTo("red");
        assertThat(next(connector.ends)).isEqualTo(goodbye);
        assertThat(next(asked.ends)).isEqualTo(goodbye);
    }

    @Test
    void aCommandThatCrossesTheDrainOfAStopIsAnsweredAndWasNotSent() throws Exception {
        ScriptedConnector connector = dialDeaf();
        Asked asked = next(controller.hellos);

        CompletionStage<Void> stopped = transport.stop(Duration.ofSeconds(30));
        next(asked.drains);
        send(connector); // it has not read that it should not
        connector.reading();

        assertThat(next(connector.parts).error()).hasValueSatisfying(error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.DRAINING);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(error.retryable()).isTrue();
        });
        assertThat(next(connector.ends).reason()).isEqualTo(CloseReason.SHUTDOWN);
        stopped.toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(asked.commands).isEmpty();
    }

    @Test
    void aConnectorThatNeverReadsOfTheStopIsClosedAtItsLimit() throws Exception {
        ScriptedConnector deaf = dialDeaf();
        Asked asked = next(controller.hellos);

        CompletionStage<Void> stopped = transport.stop(Duration.ofMillis(50));

        assertThat(next(asked.ends).reason()).isEqualTo(CloseReason.SHUTDOWN);
        stopped.toCompletableFuture().get(10, TimeUnit.SECONDS);
        deaf.vanish();
    }

    private static OutStream send(ScriptedConnector connector) {
        OutStream[] stream = new OutStream[1];
        Command command = Command.to("cellar", "pour").build();
        connector.run(link -> stream[0] = link.send(command, command.ttlNanos(), 1_000_000, "", "", 1, null));
        return stream[0];
    }
}
