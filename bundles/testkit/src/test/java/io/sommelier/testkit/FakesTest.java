package io.sommelier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Authorizer.Action;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fakes do what the interfaces promise, and the recorders see what is wrong. */
@Timeout(10)
class FakesTest {
    private static final Command POUR = Command.to("cellar", "pour").build();

    private final FakeAcceptor acceptor = new FakeAcceptor();
    private final FakeTransport transport = new FakeTransport();

    private FakeChannel connected() {
        transport.start(acceptor);
        return transport.connect(Hello.of("a").build());
    }

    @Test
    void aChannelKeepsCommandsUntilTheTestTakesThem() {
        FakeChannel channel = connected();
        FakeOutgoing outgoing = new FakeOutgoing(POUR, 10);
        channel.offer(outgoing);
        assertThat(outgoing.isClaimed()).isFalse();

        FakeWork work = channel.take().orElseThrow();
        channel.credit(outgoing, 5);
        work.accept();
        work.data("wine");
        work.complete("end");

        assertThat(work.creditBytes()).isEqualTo(15 - Part.MIN_COST_BYTES);
        assertThat(outgoing.parts()).extracting(Part::sequence).containsExactly(0L, 0L, 0L);
        assertThat(outgoing.parts().get(2).finalCount()).isEqualTo(1);
        assertThat(outgoing.faults()).isEmpty();
        assertThat(channel.working()).isEmpty();
    }

    @Test
    void aChannelPassesOverCommandsThatHaveEnded() {
        FakeChannel channel = connected();
        FakeOutgoing ended = new FakeOutgoing(POUR, 0);
        ended.refuseClaim();
        channel.offer(ended);
        channel.offer(new FakeOutgoing(POUR, 0));

        assertThat(channel.take().orElseThrow().outgoing()).isNotSameAs(ended);
        assertThat(channel.take()).isEmpty();
    }

    @Test
    void aFullChannelTakesNothing() {
        FakeChannel channel = new FakeChannel("narrow", 1);

        assertThat(channel.offer(new FakeOutgoing(POUR, 0))).isTrue();
        assertThat(channel.offer(new FakeOutgoing(POUR, 0))).isFalse();
    }

    @Test
    void aChannelThatIsLostTellsEachCommandAndThenThePeer() {
        FakeChannel channel = connected();
        FakeOutgoing waiting = new FakeOutgoing(POUR, 0);
        FakeOutgoing working = new FakeOutgoing(POUR, 0);
        channel.offer(working);
        channel.take();
        channel.offer(waiting);

        channel.lose();
        channel.lose();

        assertThat(waiting.isLost()).isTrue();
        assertThat(working.isLost()).isTrue();
        assertThat(waiting.faults()).isEmpty();
        assertThat(acceptor.last().goodbye().orElseThrow().reason()).isEqualTo(CloseReason.LOST);
        assertThat(channel.offer(new FakeOutgoing(POUR, 0))).isFalse();
    }

    @Test
    void aCancelledCommandIsNotLostWithItsChannel() {
        FakeChannel channel = connected();
        FakeOutgoing outgoing = new FakeOutgoing(POUR, 0);
        channel.offer(outgoing);
        FakeWork work = channel.take().orElseThrow();

        channel.cancel(outgoing, "made up");
        channel.lose();

        assertThat(work.cancelReason()).contains("made up");
        assertThat(outgoing.isLost()).isFalse();
    }

    @Test
    void aTransportThatStopsClosesItsChannels() {
        FakeChannel channel = connected();

        transport.stop(Duration.ZERO);

        assertThat(channel.goodbye().orElseThrow().reason()).isEqualTo(CloseReason.SHUTDOWN);
        assertThatThrownBy(() -> transport.connect(Hello.of("b").build())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRefusedHelloSaysWhy() {
        acceptor.refuseWith(new Goodbye(CloseReason.OVERLOADED, true, "made up"));

        assertThatThrownBy(this::connected).isInstanceOf(HelloRefusedException.class);
    }

    @Test
    void anEntryNoticesWhatAChannelMustNotDo() {
        FakeOutgoing withoutClaim = new FakeOutgoing(POUR, 0);
        withoutClaim.part(Part.accepted().build());
        FakeOutgoing afterTheEnd = new FakeOutgoing(POUR, 0);
        afterTheEnd.claim();
        afterTheEnd.part(Part.complete(Payload.empty()).build());
        afterTheEnd.lost();

        assertThat(withoutClaim.faults()).hasSize(1);
        assertThat(afterTheEnd.faults()).hasSize(1);
    }

    @Test
    void aRecorderNoticesGapsWrongCountsAndPartsAfterTheEnd() {
        PartRecorder recorder = PartRecorder.slow();

        recorder.part(null, Part.data(Payload.ofText("x")).sequence(1).build());
        recorder.part(null, Part.accepted().build());
        recorder.part(null, Part.complete(Payload.empty()).finalCount(2).build());
        recorder.part(null, Part.data(Payload.ofText("x")).sequence(1).build());

        assertThat(recorder.faults()).hasSize(4);
    }

    @Test
    void aClockThatStandsStillGoesOnWhenToldAndNeverBack() {
        FakeClock clock = new FakeClock(5);

        clock.advance(Duration.ofNanos(3));

        assertThat(clock.getAsLong()).isEqualTo(8);
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void credentialsAreKnownWrongOrOfAnotherScheme() {
        FixedCredentials credentials = new FixedCredentials().know("secret", "anna", "admin");

        CompletableFuture<?> wrong =
                credentials.verify(FixedCredentials.token("guess"), "here").toCompletableFuture();

        assertThat(credentials
                        .verify(FixedCredentials.token("secret"), "here")
                        .toCompletableFuture()
                        .join())
                .contains(new Principal("anna", Set.of("admin")));
        assertThat(credentials
                        .verify(Credential.NONE, "here")
                        .toCompletableFuture()
                        .join())
                .isEmpty();
        assertThatThrownBy(wrong::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(HelloRefusedException.class);
    }

    @Test
    void onlyWhatARulePermitsIsPermitted() {
        RuleAuthorizer authorizer = new RuleAuthorizer().permit("anna", Action.SERVE, "cellar", RuleAuthorizer.ANY);
        Principal anna = new Principal("anna", Set.of());

        assertThat(authorizer.permits(anna, Action.SERVE, "cellar", "pour")).isTrue();
        assertThat(authorizer.permits(anna, Action.SEND, "cellar", "pour")).isFalse();
        assertThat(authorizer.permits(anna, Action.SERVE, "vineyard", "pour")).isFalse();
        assertThat(authorizer.permits(Principal.ANONYMOUS, Action.SERVE, "cellar", "pour"))
                .isFalse();
    }

    @Test
    void anArchiveSaysWhatCameAndHowItEnded() {
        MemoryArchive archive = new MemoryArchive();
        Mailbox.Origin origin = new Mailbox.Origin("app", "anna", "controller-1", 1);

        archive.admitted(POUR, origin);
        archive.ended(
                POUR, origin, Part.failed(CommandError.executed("made up")).build());
        archive.available(false);
        archive.ended(POUR, origin, Part.complete(Payload.empty()).build());

        assertThat(archive.entries()).extracting(MemoryArchive.Entry::end).containsExactly("ADMITTED", "EXECUTED");
        assertThat(archive.admitted(POUR, origin).toCompletableFuture()).isCompletedExceptionally();
    }
}
