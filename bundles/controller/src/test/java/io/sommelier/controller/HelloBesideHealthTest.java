package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandError;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.TargetView;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel in its hello is nobody's business but its own: no check ends it, and of one that fails nothing stays. */
@Timeout(20)
class HelloBesideHealthTest {
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Target CELLAR = Target.of("cellar");

    private final Node node =
            new Node(ControllerSettings.defaults().withHealth(new HealthSettings(PERIOD, 0, TIMEOUT, 1)));

    @AfterEach
    void close() {
        node.close();
    }

    private static Hello hello(String instance) {
        return Hello.of(instance)
                .serves("cellar", List.of("pour", Health.OPERATION))
                .build();
    }

    private List<String> members() {
        return node.controller.admin().targets().stream()
                .flatMap(target -> target.members().stream())
                .map(TargetView.MemberView::instance)
                .toList();
    }

    private List<String> instances() {
        return node.controller.admin().channels().stream()
                .map(ChannelView::instance)
                .toList();
    }

    private boolean isAsked(HandChannel member) {
        return member.claimNext()
                && member.working().command().operation().equals(Health.OPERATION)
                && member.answer(Part.complete(Payload.empty()).build());
    }

    @Test
    void aChannelInItsHelloIsNeverSweptOutHoweverManyChecksGoBy() { // GX-4 defect 1
        HandChannel there = node.member("north", 4, "pour", Health.OPERATION);
        CompletableFuture<Optional<Principal>> verified = new CompletableFuture<>();
        node.controller.verifiers(List.of((credential, address) -> verified));
        HandChannel coming = new HandChannel(16);
        CompletionStage<Peer> hello = node.controller.hello(coming, hello("south"));

        for (int i = 0; i < 10; i++) {
            node.passes(PERIOD);
            assertThat(isAsked(there)).as("round %s goes on", i).isTrue();
        }

        assertThat(coming.queued()).as("nobody asks who is not there yet").isZero();
        assertThat(coming.goodbye()).isNull();
        assertThat(hello.toCompletableFuture()).isNotDone();
        verified.complete(Optional.of(new Principal("south", java.util.Set.of())));
        coming.peer = hello.toCompletableFuture().join();
        assertThat(members()).containsExactlyInAnyOrder("north", "south");
        node.passes(PERIOD);
        assertThat(isAsked(coming)).isTrue();
    }

    @Test
    void ofAHelloThatFailsNothingStays() { // GX-4 defect 2
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.controller.verifiers(List.of(
                (credential, address) -> CompletableFuture.failedFuture(new IllegalStateException("no answer"))));
        HandChannel refused = new HandChannel(16);

        CompletionStage<Peer> hello = node.controller.hello(refused, hello("south"));

        assertThatThrownBy(() -> hello.toCompletableFuture().join()).isNotNull();
        assertThat(instances()).containsExactly("caller");
        assertThat(members()).isEmpty();
        assertThat(mailbox.intake(CELLAR)).as("nobody reads a mailbox for it").isNull();
        node.passes(PERIOD);
        assertThat(refused.queued()).isZero();
        node.controller.verifiers(List.of());
        HandChannel again = new HandChannel(16);
        again.peer = node.controller
                .hello(again, hello("south"))
                .toCompletableFuture()
                .join();
        assertThat(members()).containsExactly("south");
    }

    @Test
    void nobodyReadsAMailboxForAMemberThatIsDown() { // GX-4 defect 11
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandChannel member = node.member("north", 4, "pour", Health.OPERATION);
        HandMailbox.HandIntake intake = mailbox.intake(CELLAR);
        assertThat(intake.closed).isFalse();

        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();
        member.answer(Part.failed(CommandError.executed("no barrel")).build());
        mailbox.putByAnother(Node.pour().build(), 0);

        assertThat(intake.closed || intake.allowed() == 0).isTrue();
        assertThat(mailbox.waiting("cellar")).isEqualTo(1);
        assertThat(member.queued()).isZero();
        assertThat(instances()).containsExactlyInAnyOrder("caller", "north");
    }
}
