package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static io.sommelier.testkit.WorldAccess.waitingFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Health;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.HealthView.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Members that say how they are. One failure is enough here; how many it takes elsewhere, and when a member is asked, is the controller's alone. */
interface HealthPromises extends WorldAccess {
    private World asking(Duration timeout) {
        return open(WorldSettings.defaults().withHealth(Duration.ofMillis(100), timeout));
    }

    private World asking() {
        return asking(Duration.ofSeconds(10));
    }

    private static MemberPlan saying(String instance, AtomicReference<Health> health) {
        return MemberPlan.of(TARGET, instance)
                .serving(POUR, CommandHandler.answering(invocation -> Payload.ofText(instance)))
                .serving(Health.OPERATION, Health.handler(health::get));
    }

    private static HealthView healthOf(World world, String instance) {
        return WorldAccess.channelOf(world, instance).health();
    }

    private static void awaitHealth(World world, String instance, State state, String detail) {
        soon().untilAsserted(() -> {
            assertThat(healthOf(world, instance).state()).isEqualTo(state);
            assertThat(healthOf(world, instance).detail()).contains(detail);
        });
    }

    private static Call pour(World world) {
        return world.caller().send(Command.to(TARGET, POUR).build());
    }

    @Test
    default void aMemberThatIsDownGetsNoCommandsUntilItIsUpAgain() throws Exception {
        World world = asking();
        var north = new AtomicReference<>(Health.up("3 barrels"));
        world.member(saying("north", north));
        world.member(saying("south", new AtomicReference<>(Health.up())));
        awaitHealth(world, "north", State.UP, "3 barrels");

        north.set(Health.down("no barrel"));
        awaitHealth(world, "north", State.DOWN, "no barrel");
        for (int i = 0; i < 20; i++) {
            assertThat(textOf(pour(world))).isEqualTo("south");
        }

        north.set(Health.up());
        awaitHealth(world, "north", State.UP, "");
        soon().until(() -> textOf(pour(world)).equals("north"));
    }

    @Test
    default void whatAMemberHasGoesOnWhileItIsDown() throws Exception {
        World world = asking();
        var health = new AtomicReference<>(Health.up());
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(saying("north", health).serving("age", waitingFor(gate, entered)));
        Call call = world.caller().send(Command.to(TARGET, "age").build());
        awaitSoon(entered);

        health.set(Health.down("no barrel"));
        awaitHealth(world, "north", State.DOWN, "no barrel");
        gate.countDown();

        assertThat(reply(call).payload()).isEqualTo(WINE);
        assertThat(healthOf(world, "north").state()).isEqualTo(State.DOWN);
    }

    @Test
    default void commandsForTheLastMemberWaitAndGoOnWhenItIsUp() throws Exception {
        World world = asking();
        var health = new AtomicReference<>(Health.up());
        world.member(saying("north", health));
        world.mailbox(new MemoryMailbox(System::nanoTime));
        health.set(Health.down("no barrel"));
        awaitHealth(world, "north", State.DOWN, "no barrel");

        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(pour(world));
        }
        calls.add(world.caller()
                .send(Command.to(new Target(TARGET, "north"), POUR).build()));
        assertThat(calls).noneMatch(call -> call.result().toCompletableFuture().isDone());
        health.set(Health.up());

        for (Call call : calls) {
            assertThat(textOf(call)).isEqualTo("north");
        }
    }

    @Test
    default void aMemberThatIsBusyToTheBrimAnswersAllTheSame() throws Exception {
        World world = asking();
        var health = new AtomicReference<>(Health.up("up to the ears"));
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(saying("north", health)
                .serving("age", waitingFor(gate, entered))
                .executor(1, 1)
                .capacity(2));
        List<Call> calls = List.of(
                world.caller().send(Command.to(TARGET, "age").build()),
                world.caller().send(Command.to(TARGET, "age").build()));
        awaitSoon(entered);
        assertError(pour(world), ErrorCode.OVERLOADED, Outcome.NOT_SENT);

        health.set(Health.down("nothing left"));
        awaitHealth(world, "north", State.DOWN, "nothing left");
        health.set(Health.up("refilled"));
        awaitHealth(world, "north", State.UP, "refilled");
        gate.countDown();

        for (Call call : calls) {
            assertThat(reply(call).payload()).isEqualTo(WINE);
        }
    }

    @Test
    default void aCheckThatHangsIsDownUntilItEndsAndRunsNeverTwiceAtATime() throws Exception {
        World world = asking(Duration.ofMillis(100));
        CountDownLatch gate = gate();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "north").serving(POUR, ECHO).serving(Health.OPERATION, Health.handler(() -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            gate.await();
            running.decrementAndGet();
            return Health.up("at last");
        })));
        soon().until(() -> healthOf(world, "north").failures() >= 4);
        assertThat(healthOf(world, "north").state()).isEqualTo(State.DOWN);

        gate.countDown();

        awaitHealth(world, "north", State.UP, "at last");
        assertThat(most).hasValue(1);
    }

    @Test
    default void aCheckThatThrowsIsDownWithItsMessage() {
        World world = asking();
        world.member(MemberPlan.of(TARGET, "north").serving(POUR, ECHO).serving(Health.OPERATION, Health.handler(() -> {
            throw new IllegalStateException("the pump is broken");
        })));

        awaitHealth(world, "north", State.DOWN, "the pump is broken");
    }

    @Test
    default void aCheckThatHangsBesideDirectHandlersDelaysNobody() throws Exception {
        World world = asking(Duration.ofMillis(500));
        CountDownLatch gate = gate();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "north")
                .serving(POUR, ECHO)
                .serving("age", (invocation, responder) -> {
                    // never answers
                })
                .serving(Health.OPERATION, Health.handler(() -> {
                    entered.countDown();
                    gate.await();
                    return Health.up();
                }))
                .direct());
        world.member(saying("south", new AtomicReference<>(Health.up("well"))).direct());
        awaitSoon(entered);

        Call expiring = world.caller()
                .send(Command.to(TARGET, "age").ttl(Duration.ofMillis(50)).build());

        assertError(expiring, ErrorCode.EXPIRED, Outcome.UNKNOWN);
        awaitHealth(world, "south", State.UP, "well");
        awaitHealth(world, "north", State.DOWN, "no answer");
        assertThat(textOf(pour(world))).isEqualTo("south");
    }

    @Test
    default void theOperationIsHiddenFromCallers() throws Exception {
        World world = asking();
        world.member(saying("north", new AtomicReference<>(Health.up("well"))));
        awaitHealth(world, "north", State.UP, "well");

        assertError(
                world.caller().send(Command.to(TARGET, Health.OPERATION).build()),
                ErrorCode.UNKNOWN_OPERATION,
                Outcome.NOT_SENT);
        assertError(
                world.caller()
                        .send(Command.to(new Target(TARGET, "north"), Health.OPERATION)
                                .build()),
                ErrorCode.UNKNOWN_OPERATION,
                Outcome.NOT_SENT);
    }

    @Test
    default void theOperationMayComeAndGoWhileTheChannelLives() throws Exception {
        World world = asking();
        WorldMember member = world.member(MemberPlan.of(TARGET, "north").serving(POUR, ECHO));
        assertThat(healthOf(world, "north").state()).isEqualTo(State.UNASKED);

        member.serve(Health.OPERATION, Health.handler(() -> Health.down("no barrel")));
        awaitHealth(world, "north", State.DOWN, "no barrel");
        member.stopServing(Health.OPERATION);
        awaitHealth(world, "north", State.UNASKED, "");

        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }
}
