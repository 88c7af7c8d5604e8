package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.silent;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static io.sommelier.testkit.WorldAccess.waitingFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A channel that is drained: what is under way ends, in both directions, and nothing new comes. */
interface DrainPromises extends WorldAccess {
    private static CompletionStage<DrainReport> drain(World world, String instance, Duration limit) {
        return WorldAccess.drain(world, instance, DrainOrder.usual().within(limit));
    }

    private static DrainReport report(CompletionStage<DrainReport> drained) throws Exception {
        return drained.toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    default void whatADrainedMemberHasBegunEndsAndAnotherGetsWhatIsNew() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, waitingFor(gate, entered)));
        Call underWay = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, ECHO));

        CompletionStage<DrainReport> drained = drain(world, "a", SOON);
        for (int i = 0; i < 20; i++) {
            Call fresh =
                    world.caller().send(Command.to(TARGET, POUR).payload(WINE).build());
            assertThat(textOf(fresh)).isEqualTo("wine");
        }
        assertThat(drained.toCompletableFuture()).isNotDone();
        gate.countDown();

        assertThat(textOf(underWay)).isEqualTo("wine");
        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.unfinished()).isEmpty();
        assertThat(report.channels())
                .singleElement()
                .matches(row -> row.toFinished() == 1 && row.end() == DrainEnd.DONE);
    }

    @Test
    default void whatADrainedMemberHasNotEndedAtTheLimitIsUnknownAndItsHandlerIsTold() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, silent(entered, ended)));
        Call underWay = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        DrainReport report = report(drain(world, "a", Duration.ofMillis(100)));

        assertError(underWay, ErrorCode.MEMBER_GONE, Outcome.UNKNOWN);
        awaitSoon(ended);
        assertThat(report.end()).isEqualTo(DrainEnd.LIMIT);
        assertThat(report.unfinished()).containsOnlyKeys(Outcome.UNKNOWN);
        assertThat(report.commands())
                .singleElement()
                .matches(
                        left -> left.id().equals(underWay.id()) && left.member().equals("a"));
    }

    @Test
    default void whatADrainedConnectorHasSentEndsOrIsRefused() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        WorldMember member = world.member(MemberPlan.of("attic", "a").serving(POUR, ECHO));
        world.member(MemberPlan.of(TARGET, "b").serving(POUR, waitingFor(gate, entered)));
        Call underWay = member.sender().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        CompletionStage<DrainReport> drained = drain(world, "a", SOON);
        Call fresh = member.sender().send(Command.to(TARGET, POUR).build());
        gate.countDown();

        assertThat(textOf(underWay)).isEqualTo("wine");
        boolean isRefused = isRefused(fresh); // else it was there before the channel began to drain
        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.channels())
                .singleElement()
                .matches(row -> row.fromFinished() == (isRefused ? 1 : 2) && row.fromUnfinished() == 0);
    }

    /** Whether a call ended DRAINING and NOT_SENT; else it was answered. */
    private static boolean isRefused(Call call) throws Exception {
        try {
            call.result().toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            return false;
        } catch (ExecutionException failure) {
            assertError(call, ErrorCode.DRAINING, Outcome.NOT_SENT);
            return true;
        }
    }

    @Test
    default void aDrainedControllerLetsEndWhatIsUnderWayAndRefusesTheRest() throws Exception {
        World world = open();
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, waitingFor(gate, entered)));
        Call underWay = world.caller().send(Command.to(TARGET, POUR).build());
        awaitSoon(entered);

        CompletionStage<DrainReport> drained =
                world.admin().drainController(DrainOrder.usual().within(SOON));
        assertError(world.caller().send(Command.to(TARGET, POUR).build()), ErrorCode.DRAINING, Outcome.NOT_SENT);
        gate.countDown();

        assertThat(textOf(underWay)).isEqualTo("wine");
        DrainReport report = report(drained);
        assertThat(report.end()).isEqualTo(DrainEnd.DONE);
        assertThat(report.finished()).isEqualTo(1);
        assertThat(world.admin().resume()).isTrue();
        soon().until(() -> world.admin().inFlight() == 0);
    }
}
