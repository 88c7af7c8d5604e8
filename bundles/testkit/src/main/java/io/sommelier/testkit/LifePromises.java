package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.channelOf;
import static io.sommelier.testkit.WorldAccess.silent;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.TargetView;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Principal;
import io.sommelier.spi.TargetAssigner;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A channel from its hello to its end: what the two ends agree on, and what each is told. */
interface LifePromises extends WorldAccess {
    private static MemberPlan pouring(String instance) {
        return MemberPlan.of(TARGET, instance).serving(POUR, ECHO);
    }

    private static String pourAt(World world, String targetId) throws InterruptedException {
        return textOf(
                world.caller().send(Command.to(targetId, POUR).payload(WINE).build()));
    }

    private static Goodbye goodbyeOf(WorldMember member) {
        return member.lastGoodbye().orElseThrow();
    }

    // --- the target -------------------------------------------------------------------------------------------

    @Test
    default void theTargetThatAConnectorAsksForIsConfirmed() {
        World world = open();

        WorldMember member = world.member(pouring("a"));

        assertThat(member.welcome()).map(Welcome::targetId).contains(TARGET);
    }

    @Test
    default void theControllerGivesAnotherTargetAndTheOneAskedForStaysUnknown() throws Exception {
        World world = open(WorldSettings.defaults().withAssigner((hello, principal) -> Optional.of("vault")));

        WorldMember member = world.member(pouring("a"));

        assertThat(member.welcome()).map(Welcome::targetId).contains("vault");
        assertThat(pourAt(world, "vault")).isEqualTo("wine");
        assertError(world.caller().send(Command.to(TARGET, POUR).build()), ErrorCode.UNKNOWN_TARGET, Outcome.NOT_SENT);
        assertThat(world.admin().targets()).map(TargetView::targetId).containsExactly("vault");
        assertThat(channelOf(world, "a").targetId()).isEqualTo("vault");

        member.serve("decant", ECHO);
        soon().untilAsserted(
                        () -> assertThat(channelOf(world, "a").operations()).containsExactly("decant", POUR));
        assertThat(textOf(world.caller()
                        .send(Command.to("vault", "decant").payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void aConnectorThatComesBackAsksForWhatItAskedForAtFirst() throws Exception {
        AtomicInteger hellos = new AtomicInteger();
        World world = open(WorldSettings.defaults()
                .withAssigner((hello, principal) -> Optional.of("vault-" + hellos.incrementAndGet())));
        WorldMember member = world.member(pouring("a"));

        WorldAccess.drain(world, "a", DrainOrder.usual().within(SOON));
        soon().untilAsserted(() ->
                assertThat(member.welcome()).map(Welcome::targetId).contains("vault-2"));

        assertThat(world.transport().hellos("a")).map(Hello::targetId).containsExactly(TARGET, TARGET);
        assertThat(pourAt(world, "vault-2")).isEqualTo("wine");
    }

    // --- in, or not -------------------------------------------------------------------------------------------

    @Test
    default void aRefusedConnectorLearnsWhyAndComesBackOnlyIfItMay() throws Exception {
        TargetAssigner refusing = (hello, principal) -> {
            boolean isLater = hello.instance().equals("later");
            throw new HelloRefusedException(new Goodbye(
                    isLater ? CloseReason.OVERLOADED : CloseReason.FORBIDDEN,
                    isLater,
                    "no room for " + hello.instance()));
        };
        World world = open(WorldSettings.defaults().withAssigner(refusing));

        WorldMember never = world.connect(pouring("never"));
        WorldMember later = world.connect(pouring("later"));

        soon().until(() -> world.transport().hellos("later").size() == 3);
        soon().until(() -> never.lastGoodbye().isPresent());
        assertThat(goodbyeOf(never)).isEqualTo(new Goodbye(CloseReason.FORBIDDEN, false, "no room for never"));
        assertThat(goodbyeOf(later)).isEqualTo(new Goodbye(CloseReason.OVERLOADED, true, "no room for later"));
        assertThat(world.transport().hellos("never")).hasSize(1);
        assertThat(world.admin().channels()).map(ChannelView::instance).doesNotContain("never", "later");
    }

    @Test
    default void whoCannotBeGivenATargetNowComesBackAndOthersGetInMeanwhile() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        World world = open(WorldSettings.defaults().withAssigner((hello, principal) -> {
            if (hello.instance().equals("a") && failures.getAndIncrement() == 0) {
                throw new IllegalStateException("no map of the cellar");
            }
            return Optional.empty();
        }));

        WorldMember unlucky = world.connect(pouring("a"));
        world.member(MemberPlan.of("attic", "b").serving(POUR, ECHO));

        assertThat(pourAt(world, "attic")).isEqualTo("wine");
        soon().until(() -> unlucky.welcome().isPresent());
        assertThat(goodbyeOf(unlucky).comeBack()).isTrue();
        assertThat(goodbyeOf(unlucky).message()).isNotBlank().doesNotContain("map");
        assertThat(pourAt(world, TARGET)).isEqualTo("wine");
    }

    @Test
    default void aStrangerWithTheIdOfALiveConnectorIsToldToComeBackAndGetsInWhenThatHasGone() throws Exception {
        World world = open();
        WorldMember owner = world.member(pouring("a"));

        WorldMember stranger = world.connect(MemberPlan.of(TARGET, "a")
                .serving(POUR, CommandHandler.answering(invocation -> Payload.ofText("water"))));
        soon().until(() -> stranger.lastGoodbye().isPresent());

        assertThat(goodbyeOf(stranger).reason()).isEqualTo(CloseReason.DUPLICATE_INSTANCE);
        assertThat(goodbyeOf(stranger).comeBack()).isTrue();
        assertThat(pourAt(world, TARGET)).isEqualTo("wine");
        owner.close();
        soon().until(() -> stranger.welcome().isPresent());
        assertThat(pourAt(world, TARGET)).isEqualTo("water");
    }

    /** GX-1.4: there a sweep throws out who is still saying hello. */
    @Test
    default void aConnectorInItsHelloIsNeverSweptOut() throws Exception {
        Credential slow = new Credential("slow", Payload.empty());
        CompletableFuture<Optional<Principal>> verdict = new CompletableFuture<>();
        CredentialVerifier verifier =
                (credential, address) -> credential.scheme().equals(slow.scheme())
                        ? verdict
                        : CompletableFuture.completedStage(Optional.of(Principal.ANONYMOUS));
        LinkSettings patient =
                LinkSettings.defaults().withHelloLimit(Duration.ofMinutes(1)).withHeartbeat(Duration.ofMillis(500));
        World world = open(WorldSettings.defaults()
                .withVerifier(verifier)
                .withLink(patient)
                .withHealth(Duration.ofMillis(100), Duration.ofSeconds(10)));
        AtomicInteger checks = new AtomicInteger();
        world.member(pouring("quick").serving(Health.OPERATION, CommandHandler.answering(invocation -> {
            checks.incrementAndGet();
            return Payload.empty();
        })));

        WorldMember waiting = world.connect(pouring("waiting").showing(slow).link(patient));
        soon().until(() -> world.transport().hellos("waiting").size() == 1);
        int before = checks.get();
        soon().until(() -> checks.get() >= before + 15); // 1.5 s: three heartbeats
        assertThat(waiting.lastGoodbye()).isEmpty();
        verdict.complete(Optional.of(Principal.ANONYMOUS));

        soon().until(() -> waiting.welcome().isPresent());
        assertThat(waiting.lastGoodbye()).isEmpty();
        assertThat(world.transport().hellos("waiting")).hasSize(1);
    }

    // --- what is seen of it -----------------------------------------------------------------------------------

    @Test
    default void theOperatorSeesWhatAConnectorSaysOfItself() {
        World world = open();

        world.member(pouring("a").capacity(7).attributes(Map.of("site", "north", "rack", "4")));

        ChannelView channel = channelOf(world, "a");
        assertThat(channel.attributes()).isEqualTo(Map.of("site", "north", "rack", "4"));
        assertThat(channel.capacity()).isEqualTo(7);
        assertThat(channel.targetId()).isEqualTo(TARGET);
        assertThat(channel.operations()).containsExactly(POUR);
        assertThat(channel.transport()).isEqualTo(world.transport().name());
        assertThat(channel.remoteAddress()).isNotBlank();
        assertThat(channel.state()).isEqualTo(ChannelView.State.ACTIVE);
        assertThat(world.admin().targets())
                .singleElement()
                .satisfies(target -> assertThat(target.members())
                        .singleElement()
                        .matches(member -> member.instance().equals("a") && member.capacity() == 7));
    }

    // --- its end ----------------------------------------------------------------------------------------------

    @Test
    default void aConnectorThatClosesSaysSoAndStaysAway() {
        World world = open();
        WorldMember member = world.member(pouring("a"));

        member.close();
        soon().until(() ->
                world.transport().ends("a").size() == 1 && member.lastGoodbye().isPresent());

        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.NORMAL);
        assertThat(goodbyeOf(member).reason()).isEqualTo(CloseReason.NORMAL);
        assertThat(goodbyeOf(member).comeBack()).isFalse();
        assertThat(member.welcome()).isEmpty();
    }

    @Test
    default void bothEndsOfADrainedChannelSeeTheSameGoodbyeAndTheConnectorComesBack() throws Exception {
        World world = open();
        WorldMember member = world.member(pouring("a"));

        WorldAccess.drain(world, "a", DrainOrder.usual().within(SOON));
        soon().until(() ->
                world.transport().hellos("a").size() == 2 && member.welcome().isPresent());

        assertThat(goodbyeOf(member).reason()).isEqualTo(CloseReason.SHUTDOWN);
        assertThat(goodbyeOf(member).comeBack()).isTrue();
        assertThat(world.transport().ends("a")).containsExactly(goodbyeOf(member));
        assertThat(pourAt(world, TARGET)).isEqualTo("wine");
    }

    @Test
    default void aChannelThatIsLostIsLostForBothEnds() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        WorldMember member = world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, told)));
        Call call = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        member.cut();
        awaitSoon(told);
        assertError(call, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN);
        soon().until(() ->
                world.transport().ends("a").size() == 1 && member.lastGoodbye().isPresent());

        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.LOST);
        assertThat(goodbyeOf(member).reason()).isEqualTo(CloseReason.LOST);
    }
}
