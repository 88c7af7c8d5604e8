package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.TargetAssigner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The target that a connector is given, whatever it asks for. */
@Timeout(20)
class TargetAssignmentTest {
    private static final TargetAssigner VAULT = (hello, principal) -> Optional.of("vault");
    private static final TargetAssigner SILENT = (hello, principal) -> Optional.empty();

    private final Node node = new Node();

    @AfterEach
    void close() {
        node.close();
    }

    private static Hello.Builder cellar(String instance) {
        return Hello.of(instance).serves("cellar", Set.of("pour"));
    }

    private HandChannel join(Hello.Builder hello) {
        HandChannel channel = new HandChannel(16);
        node.join(channel, hello);
        return channel;
    }

    private String given(String instance) {
        return join(cellar(instance)).peer.welcome().targetId();
    }

    private Goodbye refusal(String instance) {
        Throwable thrown = catchThrowable(() -> join(cellar(instance)));
        assertThat(thrown).isInstanceOf(CompletionException.class).hasCauseInstanceOf(HelloRefusedException.class);
        return ((HelloRefusedException) thrown.getCause()).goodbye();
    }

    private List<String> targets() {
        return node.controller.admin().targets().stream()
                .map(target -> target.targetId())
                .toList();
    }

    private ErrorCode errorAt(String targetId) {
        RecordingReplyPath path = new RecordingReplyPath();
        node.send(Command.to(targetId, "pour").build(), path);
        return path.error().code();
    }

    @Test
    void whereNobodySaysAnythingTheConnectorServesWhatItAsksFor() {
        node.controller.assigners(List.of(SILENT, SILENT));

        assertThat(given("a")).isEqualTo("cellar");
    }

    @Test
    void callersAndOperatorsKnowTheGivenTargetAlone() {
        node.controller.assigners(List.of(VAULT));
        HandChannel member = join(cellar("a"));
        RecordingReplyPath path = new RecordingReplyPath();

        node.send(Command.to("vault", "pour").build(), path);
        assertThat(member.claimNext()).isTrue();
        member.answer(Part.complete(io.sommelier.api.Payload.empty()).build());

        assertThat(path.ended()).isTrue();
        assertThat(errorAt("cellar")).isEqualTo(ErrorCode.UNKNOWN_TARGET);
        assertThat(targets()).containsExactly("vault");
        assertThat(node.controller.admin().channels())
                .anyMatch(channel ->
                        channel.instance().equals("a") && channel.targetId().equals("vault"));
        assertThat(node.controller.admin().drainTarget("cellar", DrainOrder.usual()))
                .isEmpty();
        assertThat(node.controller.admin().drainTarget("vault", DrainOrder.usual()))
                .isPresent();
    }

    @Test
    void authorizersAreAskedAboutTheGivenTargetInTheHelloAndLater() {
        List<String> asked = new ArrayList<>();
        node.controller.assigners(List.of(VAULT));
        node.controller.authorizers(List.of((principal, action, targetId, operation) -> {
            asked.add(targetId + " " + operation);
            return !operation.equals("smash");
        }));

        HandChannel member = join(cellar("a"));
        member.peer.operations(Set.of("pour", "decant", "smash"));

        assertThat(asked)
                .contains("vault pour", "vault decant", "vault smash")
                .noneMatch(at -> at.startsWith("cellar"));
        assertThat(node.controller.admin().targets().get(0).members().get(0).operations())
                .containsExactly("decant", "pour");
    }

    @Test
    void theSettingsComeFirstAndAreAppliedOnce() {
        AtomicInteger asked = new AtomicInteger();
        node.controller.assigners(List.of((hello, principal) -> {
            asked.incrementAndGet();
            return Optional.of("vault");
        }));
        node.controller.settings(
                ControllerSettings.defaults().withAssignedTargets(Map.of("cellar", "attic", "attic", "roof")));

        assertThat(given("a")).isEqualTo("attic");
        assertThat(asked).hasValue(0);

        node.controller.settings(ControllerSettings.defaults().withAssignedTargets(Map.of("cellar", "cellar")));
        assertThat(given("b")).isEqualTo("cellar");
        assertThat(asked).hasValue(0);
    }

    @Test
    void theFirstThatSaysSomethingCounts() {
        AtomicInteger asked = new AtomicInteger();
        TargetAssigner later = (hello, principal) -> {
            asked.incrementAndGet();
            return Optional.of("attic");
        };

        node.controller.assigners(List.of(SILENT, VAULT, later));

        assertThat(given("a")).isEqualTo("vault");
        assertThat(asked).hasValue(0);
    }

    @Test
    void whoOnlySendsIsGivenNoTargetAndNobodyIsAsked() {
        AtomicInteger asked = new AtomicInteger();
        node.controller.assigners(List.of((hello, principal) -> {
            asked.incrementAndGet();
            return Optional.of("vault");
        }));

        assertThat(join(Hello.of("a")).peer.welcome().targetId()).isEmpty();
        assertThat(asked).hasValue(0);
    }

    @Test
    void aChangeHoldsFromTheNextHelloOn() {
        HandChannel member = join(cellar("a"));
        node.controller.settings(ControllerSettings.defaults().withAssignedTargets(Map.of("cellar", "vault")));
        member.peer.operations(Set.of("pour", "decant"));
        assertThat(targets()).containsExactly("cellar");

        HandChannel again = join(cellar("a").resumeToken(member.peer.welcome().resumeToken()));

        assertThat(member.goodbye().reason()).isEqualTo(CloseReason.TAKEN_OVER);
        assertThat(again.peer.welcome().targetId()).isEqualTo("vault");
        assertThat(node.controller.admin().targets())
                .anyMatch(target ->
                        target.targetId().equals("cellar") && target.members().isEmpty())
                .anyMatch(target ->
                        target.targetId().equals("vault") && target.members().size() == 1);
    }

    @Test
    void anAssignerMayRefuseAndSaysWhetherToComeBack() {
        Goodbye goodbye = new Goodbye(CloseReason.FORBIDDEN, false, "no cellar is left");
        node.controller.assigners(List.of(
                (hello, principal) -> {
                    throw new HelloRefusedException(goodbye);
                },
                VAULT));

        assertThat(refusal("a")).isEqualTo(goodbye);
        assertThat(targets()).isEmpty();
    }

    static Stream<TargetAssigner> thoseThatFail() {
        return Stream.of(
                (hello, principal) -> {
                    throw new IllegalStateException("no map");
                },
                (hello, principal) -> {
                    throw new NoClassDefFoundError("Map");
                },
                (hello, principal) -> null,
                (hello, principal) -> Optional.of(""),
                (hello, principal) -> Optional.of("/etc/passwd"),
                (hello, principal) -> Optional.of("x".repeat(10_000)));
    }

    @ParameterizedTest
    @MethodSource("thoseThatFail")
    void oneThatFailsRefusesThatHelloAloneAndTheConnectorMayComeBack(TargetAssigner failing) {
        HandChannel before = join(cellar("before"));
        node.controller.assigners(List.of((hello, principal) ->
                hello.instance().equals("a") ? failing.assign(hello, principal) : VAULT.assign(hello, principal)));

        Goodbye goodbye = refusal("a");

        assertThat(goodbye.comeBack()).isTrue();
        assertThat(goodbye.message()).contains("a").doesNotContain("passwd");
        assertThat(before.goodbye()).isNull();
        assertThat(given("b")).isEqualTo("vault");
        node.controller.assigners(List.of(VAULT));
        assertThat(given("a")).isEqualTo("vault");
    }

    @Test
    void anAssignerThatGoesIsExpectedBackForTheTimeOfTheHold() {
        Duration limit = ControllerSettings.defaults().hold().limit();
        node.controller.assigners(List.of(VAULT, SILENT));
        node.controller.assigners(List.of(SILENT));

        node.advance(limit.minusMillis(1));
        assertThat(refusal("a").comeBack()).isTrue();
        assertThat(join(Hello.of("sender")).peer.welcome().targetId()).isEmpty();
        node.advance(Duration.ofMillis(2));

        assertThat(given("a")).isEqualTo("cellar");
    }

    @Test
    void anAssignerThatComesEndsTheWait() {
        node.controller.assigners(List.of(VAULT));
        node.controller.assigners(List.of());
        assertThat(refusal("a").comeBack()).isTrue();

        node.controller.assigners(List.of(VAULT));

        assertThat(given("a")).isEqualTo("vault");
    }
}
