package io.sommelier.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.testkit.FakeAcceptor;
import io.sommelier.testkit.FakeOutgoing;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the embedded transport does on its own, against a controller that a test steers. */
@Timeout(20)
class EmbeddedTransportTest {
    private static final CommandHandler ECHO = CommandHandler.answering(invocation -> invocation.payload());
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final FakeAcceptor acceptor = new FakeAcceptor();
    private final EmbeddedTransport transport = new EmbeddedTransport();

    private static MemberSpec.Builder spec(String instance) {
        return MemberSpec.of(instance, "cellar");
    }

    private static Command pour() {
        return Command.to("cellar", "pour").payload(Payload.ofText("wine")).build();
    }

    private static CommandError errorOf(Call call) {
        return call.result()
                .handle((reply, failure) -> ((CommandException) failure).error())
                .toCompletableFuture()
                .join();
    }

    private FakeOutgoing offered(Command command) {
        FakeOutgoing outgoing = new FakeOutgoing(command, 1000);
        assertThat(acceptor.last().channel().offer(outgoing)).isTrue();
        return outgoing;
    }

    @Test
    void whoCameBeforeTheControllerIsAnnouncedWhenItStarts() {
        transport.register(spec("a").direct("pour", ECHO).capacity(7).build());
        transport.sender("app");

        transport.start(acceptor).toCompletableFuture().join();

        assertThat(acceptor.sessions())
                .extracting(session -> session.hello().instance())
                .containsExactlyInAnyOrder("a", "app");
        assertThat(acceptor.sessions()).anySatisfy(session -> {
            assertThat(session.hello().targetId()).isEqualTo("cellar");
            assertThat(session.hello().operations()).containsExactly("pour");
            assertThat(session.hello().capacity()).isEqualTo(7);
        });
    }

    @Test
    void membersOutliveTheControllerAndShowTheTokenThatTheyHad() {
        EmbeddedMember member =
                transport.register(spec("a").direct("pour", ECHO).build());
        transport.start(acceptor).toCompletableFuture().join();

        transport.stop(DRAIN).toCompletableFuture().join();
        assertThat(member.welcome()).isEmpty();
        assertThat(acceptor.last().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.SHUTDOWN);
        transport.start(acceptor).toCompletableFuture().join();

        assertThat(acceptor.sessions()).hasSize(2);
        assertThat(acceptor.last().hello().resumeToken()).isEqualTo("token-of-a");
        assertThat(acceptor.last().goodbye()).isEmpty();
        assertThat(member.welcome()).isPresent();
    }

    @Test
    void aCommandThatIsSentWithoutAControllerIsNotSentAndMayBeTriedAgain() {
        CommandSender sender = transport.sender("app");

        CommandError error = errorOf(sender.send(pour()));

        assertThat(error.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(error.retryable()).isTrue();
    }

    @Test
    void aSenderOfTheSameNameIsTheSameUntilItIsClosed() {
        transport.start(acceptor).toCompletableFuture().join();
        EmbeddedSender sender = transport.sender("app");

        assertThat(transport.sender("app")).isSameAs(sender);
        sender.close();

        assertThat(acceptor.last().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.NORMAL);
        assertThat(transport.sender("app")).isNotSameAs(sender);
        assertThat(errorOf(sender.send(pour())).code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
    }

    @Test
    void aDirectHandlerAnswersOnTheThreadThatOffersBeforeTheOfferReturns() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        transport.start(acceptor);
        transport.register(spec("a")
                .direct("pour", (invocation, responder) -> {
                    thread.set(Thread.currentThread());
                    responder.complete(invocation.payload());
                })
                .build());

        FakeOutgoing outgoing = offered(pour());

        assertThat(thread).hasValue(Thread.currentThread());
        assertThat(outgoing.parts()).extracting(Part::status).containsExactly(PartStatus.COMPLETE);
        assertThat(outgoing.faults()).isEmpty();
    }

    @Test
    void aCommandThatWaitsForAThreadIsNotClaimed() {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        transport.start(acceptor);
        transport.register(spec("a")
                .operation("pour", (invocation, responder) -> {
                    entered.countDown();
                    gate.await();
                    responder.complete(invocation.payload());
                })
                .executor(1, 1)
                .build());
        FakeOutgoing handled = offered(pour());
        await().until(() -> entered.getCount() == 0);

        FakeOutgoing waiting = offered(pour());
        boolean isThirdTaken = acceptor.last().channel().offer(new FakeOutgoing(pour(), 0));

        assertThat(handled.isClaimed()).isTrue();
        assertThat(waiting.isClaimed()).isFalse();
        assertThat(isThirdTaken).isFalse();
        gate.countDown();
        await().until(waiting::isSettled);
        assertThat(waiting.faults()).isEmpty();
    }

    @Test
    void aCommandWhoseClaimIsRefusedIsNotHandled() {
        AtomicBoolean handled = new AtomicBoolean();
        transport.start(acceptor);
        transport.register(spec("a")
                .direct("pour", (invocation, responder) -> handled.set(true))
                .build());
        FakeOutgoing outgoing = new FakeOutgoing(pour(), 0);
        outgoing.refuseClaim();

        boolean isTaken = acceptor.last().channel().offer(outgoing);
        acceptor.last().channel().close(new Goodbye(CloseReason.NORMAL, false, ""));

        assertThat(isTaken).isTrue();
        assertThat(handled).isFalse();
        assertThat(outgoing.faults()).isEmpty();
        assertThat(acceptor.last().goodbye()).isPresent();
    }

    @Test
    void aCommandForAnOperationThatWasRemovedMeanwhileIsNotTaken() {
        transport.start(acceptor);
        EmbeddedMember member = transport.register(
                spec("a").direct("pour", ECHO).direct("decant", ECHO).build());

        member.remove("pour");
        FakeOutgoing straggler = new FakeOutgoing(pour(), 1000);
        boolean isTaken = acceptor.last().channel().offer(straggler);

        assertThat(acceptor.last().operations()).containsExactly("decant");
        assertThat(isTaken).isFalse();
        assertThat(straggler.parts()).isEmpty();
    }

    @Test
    void anOperationThatIsAddedIsAnnounced() {
        transport.start(acceptor);
        EmbeddedMember member =
                transport.register(spec("a").direct("pour", ECHO).build());

        member.addDirect("decant", ECHO);

        assertThat(acceptor.last().operations()).containsExactlyInAnyOrder("pour", "decant");
        assertThatThrownBy(() -> member.add("no name", ECHO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void commandsAndCallsUnderWayMayEndWhileTheTransportStops() {
        AtomicReference<Responder> late = new AtomicReference<>();
        transport.start(acceptor);
        CommandSender sender = transport.sender("app");
        transport.register(spec("a")
                .direct("pour", (invocation, responder) -> late.set(responder))
                .build());
        FakeOutgoing handled = offered(pour());
        Call call = sender.send(pour());
        FakeAcceptor.Received sent = acceptor.sessions().get(0).received().get(0);

        CompletableFuture<Void> stopped = transport.stop(DRAIN).toCompletableFuture();

        assertThat(stopped).isNotDone();
        late.get().complete(Payload.empty());
        sent.replyPath().part(Part.complete(Payload.ofText("red")).build());
        assertThat(stopped).succeedsWithin(DRAIN);
        assertThat(handled.isLost()).isFalse();
        assertThat(sent.cancelReason()).isEmpty();
        assertThat(call.result().toCompletableFuture().join().payload().asText())
                .isEqualTo("red");
        assertThat(acceptor.sessions())
                .allSatisfy(session -> assertThat(session.goodbye()).isPresent());
    }

    @Test
    void atTheLimitOfTheStopCommandsAreLostAndCallsEndUnknown() {
        AtomicBoolean told = new AtomicBoolean();
        transport.start(acceptor);
        CommandSender sender = transport.sender("app");
        transport.register(spec("a")
                .direct("pour", (invocation, responder) -> responder.onCancel(() -> told.set(true)))
                .build());
        FakeOutgoing handled = offered(pour());
        Call call = sender.send(pour());
        FakeAcceptor.Received sent = acceptor.sessions().get(0).received().get(0);

        transport.stop(Duration.ofMillis(1)).toCompletableFuture().join();

        assertThat(handled.isLost()).isTrue();
        assertThat(told).isTrue();
        assertThat(sent.goneReason()).isPresent();
        assertThat(sent.cancelReason()).isEmpty();
        assertThat(call.result())
                .failsWithin(DRAIN)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(CommandException.class))
                .satisfies(failure -> {
                    assertThat(failure.error().code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
                    assertThat(failure.error().outcome()).isEqualTo(Outcome.UNKNOWN);
                });
        assertThat(handled.faults()).isEmpty();
    }

    @Test
    void aMemberThatClosesInterruptsWhatStillRunsAtTheLimit() {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        transport.start(acceptor);
        EmbeddedMember member = transport.register(spec("a")
                .operation("pour", (invocation, responder) -> {
                    entered.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                })
                .build());
        FakeOutgoing handled = offered(pour());
        await().until(() -> entered.getCount() == 0);

        member.close(Duration.ofMillis(1)).toCompletableFuture().join();

        assertThat(handled.isLost()).isTrue();
        await().untilTrue(interrupted);
        assertThat(acceptor.last().isDraining()).isTrue();
        assertThat(acceptor.last().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.NORMAL);
    }

    @Test
    void aMemberThatIsSentAwayComesBackWhenItMay() {
        transport.start(acceptor);
        transport.register(spec("a").direct("pour", ECHO).build());

        acceptor.last().channel().close(new Goodbye(CloseReason.HEARTBEAT_TIMEOUT, true, "made up"));

        await().untilAsserted(() -> assertThat(acceptor.sessions()).hasSize(2));
        assertThat(acceptor.sessions().get(0).goodbye()).isPresent();
    }

    @Test
    void aMemberThatIsSentAwayForGoodStaysAwayAndSaysWhy() {
        transport.start(acceptor);
        EmbeddedMember member =
                transport.register(spec("a").direct("pour", ECHO).build());

        acceptor.last().channel().close(new Goodbye(CloseReason.TAKEN_OVER, false, "made up"));

        assertThat(member.welcome()).isEmpty();
        assertThat(member.lastGoodbye().orElseThrow().reason()).isEqualTo(CloseReason.TAKEN_OVER);
        await().during(Duration.ofMillis(600)).until(() -> acceptor.sessions().size() == 1);
    }

    @Test
    void aMemberThatIsRefusedTriesAgainWhenItMay() {
        acceptor.refuseWith(new Goodbye(CloseReason.DUPLICATE_INSTANCE, true, "made up"));
        transport.start(acceptor);
        EmbeddedMember member =
                transport.register(spec("a").direct("pour", ECHO).build());
        assertThat(member.lastGoodbye().orElseThrow().reason()).isEqualTo(CloseReason.DUPLICATE_INSTANCE);

        acceptor.refuseWith(null);

        await().until(() -> member.welcome().isPresent());
    }

    @Test
    void whatAListenerSaysBeforeSendHasReturnedIsNotLost() {
        transport.start(acceptor);
        CommandSender sender = transport.sender("app");

        Call call = sender.send(pour(), (same, part) -> {});
        FakeAcceptor.Received sent = acceptor.last().received().get(0);
        call.request(5);
        call.cancel("enough");

        assertThat(sent.creditBytes()).isEqualTo(CommandSender.INITIAL_CREDIT_BYTES + 5);
        assertThat(sent.cancelReason()).contains("enough");
    }

    @Test
    void answersAfterTheEndAreCounted() {
        AtomicReference<Responder> kept = new AtomicReference<>();
        transport.start(acceptor);
        EmbeddedMember member = transport.register(spec("a")
                .direct("pour", (invocation, responder) -> kept.set(responder))
                .build());
        FakeOutgoing outgoing = offered(pour());

        outgoing.cancelled();
        acceptor.last().channel().cancel(outgoing, "made up");
        kept.get().data(Payload.ofText("late"));
        kept.get().complete(Payload.empty());

        assertThat(member.lateAnswers()).isEqualTo(2);
        assertThat(outgoing.parts()).isEmpty();
        assertThat(outgoing.isLost()).isFalse();
        assertThat(outgoing.faults()).isEmpty();
    }
}
