package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.sendTo;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A process that comes back while the controller believes that it is still there. */
interface ResumePromises extends NetworkPromises {
    /** The controller would find out by no heartbeat, and no probe is answered: it is the token alone that lets the process in. */
    private RemoteWorld trusting() {
        return openRemote(WorldSettings.defaults()
                .withLink(LinkSettings.defaults().withHeartbeat(NEVER))
                .withProbeLimit(Duration.ofMinutes(1)));
    }

    /** Is silent at the first attempt, and says which it is at every other. */
    private static MemberPlan forgetful(CountDownLatch entered, CountDownLatch told) {
        return MemberPlan.of(TARGET, "a")
                .serving(POUR, (invocation, responder) -> {
                    if (invocation.attempt() == 1) {
                        responder.onCancel(told::countDown);
                        entered.countDown();
                    } else {
                        responder.complete(Payload.ofText("attempt " + invocation.attempt()));
                    }
                })
                .serving("decant", ECHO)
                .link(LinkSettings.defaults().withHeartbeat(NEVER));
    }

    @Test
    default void theSameProcessTakesItsPlaceAgainAtOnceAndItsCommandsEndOrGoOn() throws Exception {
        RemoteWorld world = trusting();
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch told = new CountDownLatch(2);
        RemoteMember member = world.member(forgetful(entered, told));
        String token = member.welcome().map(Welcome::resumeToken).orElseThrow();
        Call begun = world.caller().send(Command.to(TARGET, POUR).build());
        Call idempotent =
                world.caller().send(Command.to(TARGET, POUR).idempotent(true).build());
        awaitSoon(entered);
        member.clog();
        Call unclaimed =
                sendTo(world, "a", Command.to(TARGET, "decant").payload(WINE).build());

        member.strand();

        assertThat(textOf(unclaimed)).isEqualTo("wine");
        assertThat(textOf(idempotent)).isEqualTo("attempt 2");
        assertError(begun, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN);
        awaitSoon(told);
        assertThat(member.welcome()).isPresent();
        assertThat(world.transport().hellos("a")).map(Hello::resumeToken).containsExactly("", token);
        assertThat(world.transport().ends("a")).map(Goodbye::reason).containsExactly(CloseReason.TAKEN_OVER);
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, "decant").payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void aTokenIsGoodOnceAndEachWelcomeBringsAnother() {
        RemoteWorld world = trusting();
        RemoteMember member = world.member(forgetful(new CountDownLatch(1), new CountDownLatch(1)));
        String first = member.welcome().map(Welcome::resumeToken).orElseThrow();

        member.strand();
        soon().until(() ->
                world.transport().ends("a").size() == 1 && member.welcome().isPresent());
        String second = member.welcome().map(Welcome::resumeToken).orElseThrow();
        member.strand();
        soon().until(() ->
                world.transport().ends("a").size() == 2 && member.welcome().isPresent());

        assertThat(second).isNotEmpty().isNotEqualTo(first);
        assertThat(world.transport().hellos("a")).map(Hello::resumeToken).containsExactly("", first, second);
        assertThat(world.transport().ends("a"))
                .map(Goodbye::reason)
                .containsExactly(CloseReason.TAKEN_OVER, CloseReason.TAKEN_OVER);
    }
}
