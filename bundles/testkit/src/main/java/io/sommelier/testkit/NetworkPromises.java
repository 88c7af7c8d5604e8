package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.reply;
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
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.Principal;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What holds when a network, or the other end, says nothing any more, or not in time. */
interface NetworkPromises extends WorldAccess {
    /** So much patience that it is never the one that ends anything here. */
    Duration NEVER = Duration.ofMinutes(10);

    /** Opens the world of this test; called once by it. */
    RemoteWorld openRemote(WorldSettings settings);

    private static MemberPlan pouring(String instance) {
        return MemberPlan.of(TARGET, instance).serving(POUR, ECHO);
    }

    private static LinkSettings beating(Duration heartbeat) {
        return LinkSettings.defaults().withHeartbeat(heartbeat);
    }

    private static boolean hasEnded(WorldMember member, CloseReason reason) {
        return member.lastGoodbye()
                .filter(goodbye -> goodbye.reason() == reason)
                .isPresent();
    }

    /** Each end hears nothing of the other, so each finds out by its own heartbeat. */
    @Test
    default void whenTheNetworkSwallowsEverythingBothEndsFindOutAndTheMemberComesBack() throws Exception {
        LinkSettings beating = beating(Duration.ofSeconds(1));
        RemoteWorld world = openRemote(WorldSettings.defaults().withLink(beating));
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch told = new CountDownLatch(2);
        RemoteMember lost = world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, silent(entered, told))
                .serving("decant", ECHO)
                .link(beating));
        Call once = world.caller().send(Command.to(TARGET, POUR).build());
        Call again = world.caller()
                .send(Command.to(TARGET, POUR).payload(WINE).idempotent(true).build());
        awaitSoon(entered);
        world.member(pouring("b"));

        lost.silence();

        assertError(once, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN);
        assertThat(textOf(again)).isEqualTo("wine");
        awaitSoon(told);
        soon().until(() ->
                world.transport().ends("a").size() == 1 && lost.lastGoodbye().isPresent());
        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.HEARTBEAT_TIMEOUT);
        assertThat(hasEnded(lost, CloseReason.HEARTBEAT_TIMEOUT)).isTrue();
        assertThat(lost.welcome()).isEmpty();
        assertThat(world.transport().ends("b")).isEmpty();

        lost.unclog();
        soon().until(() -> lost.welcome().isPresent());
        Call fresh =
                world.caller().send(Command.to(TARGET, "decant").payload(WINE).build());
        assertThat(textOf(fresh)).isEqualTo("wine");
    }

    @Test
    default void aStrangerGetsTheIdOfAConnectorThatAnswersNoProbe() throws Exception {
        RemoteWorld world =
                openRemote(WorldSettings.defaults().withLink(beating(NEVER)).withProbeLimit(Duration.ofMillis(100)));
        CountDownLatch entered = new CountDownLatch(1);
        RemoteMember owner = world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, silent(entered, new CountDownLatch(1)))
                .link(beating(NEVER)));
        Call call = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);
        owner.silence();

        world.member(pouring("a"));

        assertError(call, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN);
        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.TAKEN_OVER);
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    /** A verifier that answers nobody who shows the scheme, until the test does. */
    private static CredentialVerifier pausing(Credential shown, List<CompletableFuture<Optional<Principal>>> verdicts) {
        return (credential, address) -> {
            CompletableFuture<Optional<Principal>> verdict = new CompletableFuture<>();
            if (!credential.scheme().equals(shown.scheme()) || verdicts.size() == 1) {
                verdict.complete(Optional.of(Principal.ANONYMOUS));
            } else {
                verdicts.add(verdict);
            }
            return verdict;
        };
    }

    private void theHelloIsAnsweredInTimeOrGivenUp(Duration atController, Duration atConnector) throws Exception {
        Credential slow = new Credential("slow", Payload.empty());
        List<CompletableFuture<Optional<Principal>>> verdicts = new CopyOnWriteArrayList<>();
        RemoteWorld world = openRemote(WorldSettings.defaults()
                .withVerifier(pausing(slow, verdicts))
                .withLink(LinkSettings.defaults().withHelloLimit(atController)));

        RemoteMember member = world.connect(
                pouring("a").showing(slow).link(LinkSettings.defaults().withHelloLimit(atConnector)));
        soon().until(() -> member.welcome().isPresent()); // at the second attempt

        assertThat(hasEnded(member, CloseReason.HELLO_TIMEOUT)).isTrue();
        assertThat(member.lastGoodbye().orElseThrow().comeBack()).isTrue();
        assertThat(verdicts).hasSize(1);
        verdicts.get(0).complete(Optional.of(Principal.ANONYMOUS)); // to one who is gone
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
        assertThat(world.admin().channels()).map(ChannelView::instance).containsOnlyOnce("a");
        assertThat(member.welcome()).isPresent();
        assertThat(world.transport().ends("a")).isEmpty();
    }

    @Test
    default void aControllerAnswersAHelloWithinItsLimitOrSaysThatItWasTooLate() throws Exception {
        theHelloIsAnsweredInTimeOrGivenUp(Duration.ofSeconds(1), NEVER);
    }

    @Test
    default void aConnectorWaitsForTheAnswerToItsHelloNoLongerThanItsLimit() throws Exception {
        theHelloIsAnsweredInTimeOrGivenUp(NEVER, Duration.ofSeconds(1));
    }

    /** That the controller's limit holds where it is the smaller one, {@link LimitPromises} show. */
    @Test
    default void theLimitOfAConnectorHoldsWhereItIsTheSmallerOne() throws Exception {
        int limit = 64 * 1024;
        RemoteWorld world = openRemote(WorldSettings.defaults());
        RemoteMember member = world.member(pouring("a")
                .serving("flood", CommandHandler.answering(invocation -> Payload.copyOf(new byte[limit + 1])))
                .link(LinkSettings.defaults().withMaxMessageBytes(limit)));
        Payload full = Payload.copyOf(new byte[limit]);
        Payload above = Payload.copyOf(new byte[limit + 1]);

        Call tooLarge =
                world.caller().send(Command.to(TARGET, POUR).payload(above).build());
        assertError(tooLarge, ErrorCode.PAYLOAD_TOO_LARGE, Outcome.NOT_SENT);
        Call lost = world.caller().send(Command.to(TARGET, "flood").build());
        assertError(lost, ErrorCode.REPLY_TOO_LARGE, Outcome.REPLY_LOST);
        world.member(MemberPlan.of("attic", "b").serving(POUR, ECHO));
        Call notSent =
                member.sender().send(Command.to("attic", POUR).payload(above).build());
        assertError(notSent, ErrorCode.PAYLOAD_TOO_LARGE, Outcome.NOT_SENT);

        assertThat(reply(world.caller()
                                .send(Command.to(TARGET, POUR).payload(full).build()))
                        .payload())
                .isEqualTo(full);
        assertThat(reply(member.sender()
                                .send(Command.to("attic", POUR).payload(full).build()))
                        .payload())
                .isEqualTo(full);
        assertThat(world.transport().ends("a")).isEmpty();
    }

    @Test
    default void aDrainedConnectorThatIsToldToStayAwayDoes() throws Exception {
        RemoteWorld world = openRemote(WorldSettings.defaults());
        RemoteMember member = world.member(pouring("a"));
        RemoteMember returning = world.member(MemberPlan.of("attic", "b").serving(POUR, ECHO));

        WorldAccess.drain(world, "a", DrainOrder.usual().within(SOON).stayingAway(true));
        soon().until(() ->
                member.lastGoodbye().isPresent() && world.transport().ends("a").size() == 1);
        WorldAccess.drain(world, "b", DrainOrder.usual().within(SOON));
        soon().until(() ->
                world.transport().hellos("b").size() == 2 && returning.welcome().isPresent());

        assertThat(hasEnded(member, CloseReason.SHUTDOWN)).isTrue();
        assertThat(member.lastGoodbye().orElseThrow().comeBack()).isFalse();
        assertThat(world.transport().ends("a"))
                .containsExactly(member.lastGoodbye().orElseThrow());
        assertThat(world.transport().hellos("a")).hasSize(1);
    }

    @Test
    default void connectorsComeBackToAControllerThatWasDrainedAndIsResumed() throws Exception {
        RemoteWorld world = openRemote(WorldSettings.defaults());
        RemoteMember member = world.member(pouring("a"));

        world.admin().drainController(DrainOrder.usual().within(Duration.ofMillis(100)));
        soon().until(() -> world.transport().hellos("a").size() >= 2); // it has gone, and is refused
        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.SHUTDOWN);
        assertThat(member.welcome()).isEmpty();
        assertThat(hasEnded(member, CloseReason.SHUTDOWN)).isTrue();
        assertThat(member.lastGoodbye().orElseThrow().comeBack()).isTrue();
        assertThat(world.admin().resume()).isTrue();

        soon().until(() -> member.welcome().isPresent());
        assertThat(textOf(world.sender("c")
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }
}
