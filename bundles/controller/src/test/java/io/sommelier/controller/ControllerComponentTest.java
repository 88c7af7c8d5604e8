package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import io.sommelier.spi.TargetAssigner;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Karaf does to the component, done by hand. */
class ControllerComponentTest {
    private final ControllerComponent component = new ControllerComponent(Map.of("drainLimit", "0s"));
    private final FakeTransport transport = new FakeTransport();

    @AfterEach
    void stop() {
        component.deactivate();
    }

    private static final class FakeTransport implements Transport {
        ChannelAcceptor acceptor;
        int stops;

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public CompletionStage<Void> start(ChannelAcceptor to) {
            acceptor = to;
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> stop(Duration drainLimit) {
            acceptor = null;
            stops++;
            return CompletableFuture.completedStage(null);
        }
    }

    @Test
    @Timeout(20)
    void whereTheLauncherWaitsForLessTheDrainBeforeItsStopTakesNoLonger() {
        LauncherPatience patience = new LauncherPatience(Duration.ofMillis(100));
        ControllerComponent hurried = new ControllerComponent(Map.of("drainLimit", "10m"), patience);
        hurried.bindTransport(transport);
        HandChannel member = new HandChannel(4);
        member.peer = joined(member, Hello.of("north").serves("cellar", List.of("pour")));
        Peer caller = joined(new HandChannel(4), Hello.of("caller"));
        RecordingReplyPath path = new RecordingReplyPath();
        caller.command(Command.to("cellar", "pour").ttl(Duration.ofMinutes(5)).build(), 1000, path);
        member.claimNext();

        hurried.drainBeforeStop();

        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        hurried.deactivate();
    }

    private Peer joined(HandChannel channel, Hello.Builder hello) {
        return transport
                .acceptor
                .hello(channel, hello.build())
                .toCompletableFuture()
                .join();
    }

    private CompletableFuture<?> hello(String instance) {
        return transport
                .acceptor
                .hello(
                        new HandChannel(8),
                        Hello.of(instance)
                                .serves("cellar", java.util.Set.of("pour"))
                                .build())
                .toCompletableFuture();
    }

    @Test
    void aTransportThatComesIsStartedAndOneThatGoesIsStopped() {
        component.bindTransport(transport);
        assertThat(transport.acceptor.controllerId()).isEqualTo("controller-1");

        component.unbindTransport(transport);
        assertThat(transport.acceptor).isNull();
        assertThat(transport.stops).isOne();
    }

    @Test
    void whoSaysHelloIsSeenByTheOperator() {
        component.bindTransport(transport);
        hello("worker-1");

        assertThat(component.targets()).singleElement().satisfies(target -> {
            assertThat(target.targetId()).isEqualTo("cellar");
            assertThat(target.members()).hasSize(1);
        });
    }

    @Test
    void changedSettingsHoldAndLeaveTheChannelsAlone() {
        component.bindTransport(transport);
        hello("worker-1");

        component.modified(Map.of("knownTargets", "attic", "drainLimit", "0s"));

        assertThat(component.targets()).extracting("targetId").containsExactly("attic", "cellar");
        assertThat(component.targets().get(1).members()).hasSize(1);
        assertThat(transport.stops).isZero();
    }

    @Test
    void theIdOfTheStartStays() {
        component.modified(Map.of("id", "another"));

        assertThat(component.controllerId()).isEqualTo("controller-1");
    }

    @Test
    void whenTheLastVerifierGoesNobodyGetsInUntilThereIsOneAgain() {
        CredentialVerifier verifier = (credential, address) ->
                CompletableFuture.completedStage(Optional.of(new Principal("ann", java.util.Set.of())));
        component.bindTransport(transport);
        component.bindVerifier(verifier, new HashMap<>());
        component.unbindVerifier(verifier);

        assertThatThrownBy(() -> hello("worker-1").join())
                .cause()
                .isInstanceOfSatisfying(HelloRefusedException.class, refused -> {
                    assertThat(refused.goodbye().reason()).isEqualTo(CloseReason.UNAUTHENTICATED);
                    assertThat(refused.goodbye().comeBack()).isTrue();
                });

        component.bindVerifier(verifier, new HashMap<>());
        assertThat(hello("worker-1")).isCompleted();
    }

    @Test
    void whenTheLastAuthorizerGoesNobodyServesUntilThereIsOneAgainOrTheOperatorSaysSo() {
        Authorizer authorizer = (principal, action, targetId, operation) -> true;
        component.bindTransport(transport);
        assertThat(hello("worker-1")).isCompleted();
        component.bindAuthorizer(authorizer, new HashMap<>());
        component.unbindAuthorizer(authorizer);

        assertThatThrownBy(() -> hello("worker-2").join())
                .cause()
                .isInstanceOfSatisfying(HelloRefusedException.class, refused -> {
                    assertThat(refused.goodbye().reason()).isEqualTo(CloseReason.FORBIDDEN);
                    assertThat(refused.goodbye().comeBack()).isTrue();
                    assertThat(refused.goodbye().message()).isEqualTo("nobody is here to say who may serve cellar");
                });

        component.bindAuthorizer(authorizer, new HashMap<>());
        assertThat(hello("worker-2")).isCompleted();
        component.unbindAuthorizer(authorizer);
        component.modified(Map.of("requireAuthorizer", "never", "drainLimit", "0s"));
        assertThat(hello("worker-3")).isCompleted();
    }

    private String targetOf(String instance) {
        return ((Peer) hello(instance).join()).welcome().targetId();
    }

    @Test
    void assignersAreAskedByRankingAndBehindTheSettings() {
        TargetAssigner low = (hello, principal) -> Optional.of("low");
        TargetAssigner high = (hello, principal) -> Optional.of("high");
        component.bindTransport(transport);
        component.bindAssigner(low, Map.of("service.ranking", 1));
        assertThat(targetOf("worker-1")).isEqualTo("low");
        component.bindAssigner(high, Map.of("service.ranking", 2));
        assertThat(targetOf("worker-2")).isEqualTo("high");

        component.modified(Map.of("assignedTargets", "cellar=vault", "drainLimit", "0s"));
        assertThat(targetOf("worker-3")).isEqualTo("vault");
        component.modified(Map.of("assignedTargets", "cellar=/etc", "drainLimit", "0s"));
        assertThat(targetOf("worker-4")).as("what was there before a bad edit").isEqualTo("vault");

        assertThat(component.targets()).extracting("targetId").containsExactly("high", "low", "vault");
    }

    @Test
    void whileAnAssignerIsReplacedNobodyServesAndIsToldToComeBack() {
        TargetAssigner assigner = (hello, principal) -> Optional.of("vault");
        component.bindTransport(transport);
        component.bindAssigner(assigner, new HashMap<>());
        component.unbindAssigner(assigner);

        assertThatThrownBy(() -> hello("worker-1").join())
                .cause()
                .isInstanceOfSatisfying(
                        HelloRefusedException.class,
                        refused -> assertThat(refused.goodbye().comeBack()).isTrue());

        component.bindAssigner(assigner, new HashMap<>());
        assertThat(targetOf("worker-1")).isEqualTo("vault");
        component.unbindAssigner(assigner);
        component.modified(Map.of("holdLimit", "0s", "drainLimit", "0s"));
        assertThat(targetOf("worker-2")).isEqualTo("cellar");
    }
}
