package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How connectors get in, and who takes whose place. */
@Timeout(20)
class EntryTest {
    private final Node node = new Node(ControllerSettings.defaults().withProbeLimit(Duration.ofMillis(10)));

    @AfterEach
    void close() {
        node.close();
    }

    private static Hello.Builder north() {
        return Hello.of("north").serves("cellar", List.of("pour"));
    }

    private static Hello.Builder as(Hello.Builder hello, String name) {
        return hello.credential(new Credential("name", Payload.ofText(name)));
    }

    private Goodbye refusal(HandChannel channel, Hello.Builder hello) {
        Throwable thrown = catchThrowable(() -> node.join(channel, hello));
        while (thrown instanceof CompletionException && thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        assertThat(thrown).isInstanceOf(HelloRefusedException.class);
        return ((HelloRefusedException) thrown).goodbye();
    }

    private RecordingReplyPath pour() {
        RecordingReplyPath path = new RecordingReplyPath();
        node.send(Node.pour().build(), path);
        return path;
    }

    /** Verifies the scheme "name", and refuses the name "mallory". */
    private static CredentialVerifier byName() {
        return (credential, from) -> {
            if (!credential.scheme().equals("name")) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            String name = credential.secret().asText();
            return name.equals("mallory")
                    ? CompletableFuture.failedStage(
                            new HelloRefusedException(new Goodbye(CloseReason.UNAUTHENTICATED, false, "not you")))
                    : CompletableFuture.completedStage(Optional.of(new Principal(name, Set.of())));
        };
    }

    // ---- a live instance id ----

    @Test
    void secondChannelOfALiveInstanceThatAnswersItsProbeIsRefused() {
        HandChannel first = node.member("north", 4, "pour");

        Goodbye goodbye = refusal(new HandChannel(4), north());

        assertThat(goodbye.reason()).isEqualTo(CloseReason.DUPLICATE_INSTANCE);
        assertThat(goodbye.comeBack()).isTrue();
        assertThat(goodbye.message()).isEqualTo("the instance id north is in use by north (hand here)");
        assertThat(first.goodbye()).isNull();
        pour();
        assertThat(first.queued()).isEqualTo(1);
    }

    @Test
    void channelThatIsSilentWhenProbedIsTakenOverWhenTheLimitIsOver() {
        HandChannel first = node.member("north", 4, "pour");
        first.answersProbes = false;
        HandChannel second = new HandChannel(4);

        node.join(second, north());
        RecordingReplyPath path = pour();

        assertThat(first.goodbye().reason()).isEqualTo(CloseReason.TAKEN_OVER);
        assertThat(first.goodbye().comeBack()).isFalse();
        assertThat(second.queued()).isEqualTo(1);
        assertThat(path.ended()).isFalse();
    }

    @Test
    void whatASilentChannelHadBegunIsSettledWhenItIsTakenOverAndTheRestGoesOn() {
        HandChannel first = node.member("north", 4, "pour");
        RecordingReplyPath claimed = pour();
        first.claimNext();
        RecordingReplyPath queued = pour();
        first.answersProbes = false;
        HandChannel second = new HandChannel(4);

        node.join(second, north());

        assertThat(claimed.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(claimed.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(second.claimNext()).isTrue();
        second.answer(Part.complete(Payload.ofText("poured")).build());
        assertThat(queued.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(first, second);
    }

    @Test
    void sameProcessTakesItsPlaceAtOnceWithItsResumeToken() {
        HandChannel first = node.member("north", 4, "pour");
        String token = first.peer.welcome().resumeToken();
        HandChannel second = new HandChannel(4);

        Peer peer = node.join(second, north().resumeToken(token));
        pour();

        assertThat(first.goodbye().reason()).isEqualTo(CloseReason.TAKEN_OVER);
        assertThat(second.queued()).isEqualTo(1);
        assertThat(peer.welcome().resumeToken()).isNotEmpty().isNotEqualTo(token);
        assertThat(node.controller.admin().targets().get(0).members()).hasSize(1);
    }

    @Test
    void resumeTokenOfTheChannelBeforeTheLastIsWorthNothing() {
        HandChannel first = node.member("north", 4, "pour");
        String token = first.peer.welcome().resumeToken();
        node.join(new HandChannel(4), north().resumeToken(token));

        Goodbye goodbye = refusal(new HandChannel(4), north().resumeToken(token));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.DUPLICATE_INSTANCE);
    }

    @Test
    void wrongResumeTokenIsTreatedAsNone() {
        node.member("north", 4, "pour");

        Goodbye goodbye = refusal(new HandChannel(4), north().resumeToken("guessed"));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.DUPLICATE_INSTANCE);
    }

    @Test
    void instanceIdIsFreeAfterItsChannelHasGone() {
        node.member("north", 4, "pour").lose();

        HandChannel second = node.member("north", 4, "pour");

        pour();
        assertThat(second.queued()).isEqualTo(1);
    }

    @Test
    void closeOfAChannelThatWasTakenOverDoesNotTouchItsSuccessor() {
        HandChannel first = node.member("north", 4, "pour");
        HandChannel second = new HandChannel(4);
        node.join(second, north().resumeToken(first.peer.welcome().resumeToken()));

        first.peer.closed(new Goodbye(CloseReason.LOST, true, "once more"));
        pour();

        assertThat(second.queued()).isEqualTo(1);
    }

    @Test
    void welcomeNamesControllerAndTarget() {
        Peer peer = node.join(new HandChannel(4), north());

        assertThat(peer.welcome().controllerId()).isEqualTo("node-1");
        assertThat(peer.welcome().targetId()).isEqualTo("cellar");
        assertThat(node.caller.welcome().targetId()).isEmpty();
    }

    // ---- who may ----

    @Test
    void everybodyIsAnonymousWhereNobodyVerifies() {
        HandChannel channel = new HandChannel(4);

        node.join(channel, as(north(), "mallory"));

        assertThat(Node.sessionOf(channel).principal()).isEqualTo(Principal.ANONYMOUS);
    }

    @Test
    void principalIsWhatTheFirstVerifierThatKnowsTheSchemeSays() {
        CredentialVerifier knowsNothing = (credential, from) -> CompletableFuture.completedStage(Optional.empty());
        node.controller.verifiers(List.of(knowsNothing, byName()));
        HandChannel channel = new HandChannel(4);

        node.join(channel, as(north(), "ann"));

        assertThat(Node.sessionOf(channel).principal().name()).isEqualTo("ann");
    }

    @Test
    void wrongCredentialIsRefusedWithWhatTheVerifierSays() {
        node.controller.verifiers(List.of(byName()));

        Goodbye goodbye = refusal(new HandChannel(4), as(north(), "mallory"));

        assertThat(goodbye).isEqualTo(new Goodbye(CloseReason.UNAUTHENTICATED, false, "not you"));
    }

    @Test
    void schemeThatNobodyKnowsIsRefused() {
        node.controller.verifiers(List.of(byName()));

        Goodbye goodbye = refusal(new HandChannel(4), north());

        assertThat(goodbye.reason()).isEqualTo(CloseReason.UNAUTHENTICATED);
        assertThat(goodbye.message()).isEqualTo("nobody knows the credential scheme ''");
    }

    @Test
    void helloThatIsBeingVerifiedDoesNotBecomeAnonymousWhenTheVerifiersGo() {
        CompletableFuture<Optional<Principal>> verdict = new CompletableFuture<>();
        node.controller.verifiers(List.of((credential, from) -> verdict));
        var joined = node.controller.hello(new HandChannel(4), north().build()).toCompletableFuture();

        node.controller.verifiers(List.of());
        verdict.complete(Optional.empty());

        assertThat(joined).isCompletedExceptionally();
    }

    @Test
    void verifierThatThrowsFailsTheHelloAndNotTheThreadThatBroughtIt() {
        node.controller.verifiers(List.of((credential, from) -> {
            throw new IllegalStateException("the keys are lost");
        }));

        var joined = node.controller.hello(new HandChannel(4), north().build()).toCompletableFuture();

        assertThat(joined).isCompletedExceptionally();
    }

    @Test
    void connectorThatMayNotServeAnOperationIsRefused() {
        List<String> asked = new ArrayList<>();
        node.controller.verifiers(List.of(byName()));
        node.controller.authorizers(List.of((principal, action, target, operation) -> {
            asked.add(principal.name() + " " + action + " " + target + " " + operation);
            return false;
        }));

        Goodbye goodbye = refusal(new HandChannel(4), as(north(), "ann"));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.FORBIDDEN);
        assertThat(goodbye.message()).isEqualTo("'ann' may not serve pour of cellar");
        assertThat(asked).containsExactly("ann SERVE cellar pour");
        assertThat(node.controller.target("cellar")).isNull();
    }

    @Test
    void everyAuthorizerMustAgree() {
        Authorizer agrees = (principal, action, target, operation) -> true;
        node.controller.authorizers(List.of(agrees, (principal, action, target, operation) -> false));

        assertThat(refusal(new HandChannel(4), north()).reason()).isEqualTo(CloseReason.FORBIDDEN);
    }

    @Test
    void operationsThatAreAddedLaterAreAuthorizedToo() {
        node.controller.authorizers(List.of((principal, action, target, operation) -> !operation.equals("smash")));
        HandChannel channel = node.member("north", 4, "pour");
        RecordingReplyPath path = new RecordingReplyPath();

        channel.peer.operations(Set.of("pour", "smash", "count"));
        node.send(io.sommelier.api.Command.to("cellar", "smash").build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
        assertThat(Node.sessionOf(channel).operations()).containsExactlyInAnyOrder("pour", "count");
    }

    @Test
    void whileTheAuthorizerIsMissingAMemberKeepsWhatItServesAndGetsNothingNewAndASenderGetsIn() {
        node.controller.authorizers(List.of((principal, action, target, operation) -> true));
        HandChannel channel = node.member("north", 4, "pour", "count");
        node.controller.authorizers(List.of());

        channel.peer.operations(Set.of("pour", "smash"));
        node.join(new HandChannel(4), Hello.of("sender"));

        assertThat(Node.sessionOf(channel).operations()).containsExactly("pour");
        assertThat(refusal(new HandChannel(4), Hello.of("south").serves("cellar", List.of("pour")))
                        .reason())
                .isEqualTo(CloseReason.FORBIDDEN);
    }

    @Test
    void whereThereMustAlwaysBeAnAuthorizerNobodyServesBeforeTheFirst() {
        node.controller.settings(ControllerSettings.defaults().withRequireAuthorizer(Authorizer.Required.ALWAYS));

        assertThat(refusal(new HandChannel(4), north()).comeBack()).isTrue();
    }

    // ---- whose an instance id is ----

    @Test
    void instanceIdBelongsToThePrincipalThatUsedItFirst() {
        node.controller.verifiers(List.of(byName()));
        HandChannel first = new HandChannel(4);
        node.join(first, as(north(), "ann"));
        first.lose();

        Goodbye goodbye = refusal(new HandChannel(4), as(north(), "bob"));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.FORBIDDEN);
        assertThat(goodbye.message()).isEqualTo("the instance id north belongs to another principal");
        node.join(new HandChannel(4), as(north(), "ann"));
    }

    @Test
    void instanceIdIsRememberedFromTheMomentItsConnectorLeft() {
        node.controller.verifiers(List.of(byName()));
        HandChannel first = new HandChannel(4);
        node.join(first, as(north(), "ann"));
        node.advance(Duration.ofDays(3));
        first.lose();
        node.advance(Duration.ofHours(23));
        node.controller.forgetTargets();

        Goodbye goodbye = refusal(new HandChannel(4), as(north(), "bob"));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.FORBIDDEN);
    }

    @Test
    void instanceIdIsFreeForOthersWhenItWasNotSeenForLong() {
        node.controller.verifiers(List.of(byName()));
        HandChannel first = new HandChannel(4);
        node.join(first, as(north(), "ann"));
        first.lose();
        node.advance(Duration.ofHours(25));
        node.controller.forgetTargets();
        HandChannel second = new HandChannel(4);

        node.join(second, as(north(), "bob"));

        assertThat(Node.sessionOf(second).principal().name()).isEqualTo("bob");
    }

    // ---- drain of the controller ----

    @Test
    void drainingControllerTakesNoHellosAndNoCommandsAndEndsTheRestTruthfully() {
        HandChannel member = node.member("north", 4, "pour");
        RecordingReplyPath claimed = pour();
        member.claimNext();
        RecordingReplyPath accepted = pour();
        member.claimNext();
        member.working().part(Part.accepted().build());
        RecordingReplyPath queued = pour();

        node.controller.close(Duration.ZERO);
        RecordingReplyPath later = pour();

        assertThat(claimed.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(accepted.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(queued.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(queued.error().retryable()).isTrue();
        assertThat(later.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(later.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(List.of(claimed, accepted, queued))
                .allMatch(path -> path.error().code() == ErrorCode.DRAINING);
        assertThat(member.cancels()).hasSize(2);
        assertThat(refusal(new HandChannel(4), Hello.of("late")).reason()).isEqualTo(CloseReason.SHUTDOWN);
        node.isEmpty(member);
    }

    @Test
    void drainIsOverAtOnceWhenNothingIsUnderWay() {
        HandChannel member = node.member("north", 4, "pour");
        RecordingReplyPath path = pour();
        member.claimNext();
        member.answer(Part.complete(Payload.ofText("poured")).build());

        node.controller.close(Duration.ofDays(1));

        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void drainWaitsForWhatIsUnderWay() throws Exception {
        HandChannel member = node.member("north", 4, "pour");
        RecordingReplyPath path = pour();
        member.claimNext();
        CompletableFuture<Void> closed =
                CompletableFuture.runAsync(() -> node.controller.close(Duration.ofSeconds(15)));
        RecordingReplyPath probe = pour();
        while (!probe.ended() || probe.error().code() != ErrorCode.DRAINING) { // until the drain has begun
            Thread.yield();
            probe = pour();
        }

        boolean closedTooSoon = closed.isDone();
        while (node.controller.table().size() > 0) {
            member.claimNext();
            member.answer(Part.complete(Payload.ofText("poured")).build());
        }
        closed.get();

        assertThat(closedTooSoon).isFalse();
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }
}
