package io.sommelier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.api.admin.TargetView;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What the parts of {@link TransportContract} share: the world of the running test, and ways to look at calls. */
interface WorldAccess {
    /** How long anything may take that is to happen soon; no test depends on how long it does take. */
    Duration SOON = Duration.ofSeconds(30);

    String TARGET = "cellar";
    String POUR = "pour";
    Payload WINE = Payload.ofText("wine");
    CommandHandler ECHO = CommandHandler.answering(invocation -> invocation.payload());

    /** Opens the world of this test; called once by it. */
    World open(WorldSettings settings);

    /** A gate that opens by itself at the end of the test, so that no handler is left behind it. */
    CountDownLatch gate();

    default World open() {
        return open(WorldSettings.defaults());
    }

    /** A member in whose send queue commands wait, and which counts those of {@link #POUR} that it handles all the same. */
    static WorldMember clogged(World world, String instance, AtomicInteger handled) {
        WorldMember member = world.member(MemberPlan.of(TARGET, instance)
                .serving(POUR, CommandHandler.answering(invocation -> {
                    handled.incrementAndGet();
                    return invocation.payload();
                }))
                .executor(1, 10));
        member.clog();
        return member;
    }

    /** Sends a command that can go to that instance alone, and waits until it is there or in the queue before it. */
    static Call sendTo(World world, String instance, Command command) {
        int before = inFlightAt(world, instance);
        Call call = world.caller().send(command);
        soon().until(() -> inFlightAt(world, instance) > before);
        return call;
    }

    static int inFlightAt(World world, String instance) {
        return world.admin().targets().stream()
                .flatMap(target -> target.members().stream())
                .filter(member -> member.instance().equals(instance))
                .mapToInt(TargetView.MemberView::inFlight)
                .sum();
    }

    static ChannelView channelOf(World world, String instance) {
        return world.admin().channels().stream()
                .filter(channel -> channel.instance().equals(instance))
                .findFirst()
                .orElseThrow();
    }

    /** Drains the channel of a connector; completes when that is done. */
    static CompletionStage<DrainReport> drain(World world, String instance, DrainOrder order) {
        return world.admin()
                .drainChannel(channelOf(world, instance).channelId(), order)
                .orElseThrow();
    }

    /** A handler that tells that it was entered, stays until the gate opens, and then answers. */
    static CommandHandler waitingFor(CountDownLatch gate, CountDownLatch entered) {
        return (invocation, responder) -> {
            entered.countDown();
            gate.await();
            responder.complete(WINE);
        };
    }

    /** A handler that takes on the command, and never answers; {@code ended} tells that it was told of the end. */
    static CommandHandler silent(CountDownLatch entered, CountDownLatch ended) {
        return (invocation, responder) -> {
            responder.onCancel(ended::countDown);
            entered.countDown();
        };
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(2));
    }

    static void awaitSoon(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(SOON.toMillis(), TimeUnit.MILLISECONDS))
                .as("happens within " + SOON)
                .isTrue();
    }

    /** Waits until the call tells that its command was admitted. */
    static void awaitAdmitted(Call call) throws InterruptedException {
        try {
            call.admitted().toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            fail("the command was not admitted", e.getCause());
        } catch (TimeoutException e) {
            fail("the command was not admitted within " + SOON);
        }
    }

    static Reply reply(Call call) throws InterruptedException {
        try {
            return call.result().toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return fail("the call failed", e.getCause());
        } catch (TimeoutException e) {
            return fail("the call did not end within " + SOON);
        }
    }

    static String textOf(Call call) throws InterruptedException {
        return reply(call).payload().asText();
    }

    static CommandError errorOf(Call call) throws InterruptedException {
        try {
            Reply reply = call.result().toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            return fail("the call completed with " + reply);
        } catch (ExecutionException e) {
            return ((CommandException) e.getCause()).error();
        } catch (TimeoutException e) {
            return fail("the call did not end within " + SOON);
        }
    }

    static void assertError(Call call, ErrorCode code, Outcome outcome) throws InterruptedException {
        CommandError error = errorOf(call);
        assertThat(error.code()).as("code of " + error).isEqualTo(code);
        assertThat(error.outcome()).as("outcome of " + error).isEqualTo(outcome);
    }

    static void assertError(Call call, ErrorCode code, Outcome outcome, Stage stage) throws InterruptedException {
        assertError(call, code, outcome);
        assertThat(errorOf(call).stage()).as("stage of " + errorOf(call)).isEqualTo(stage);
    }
}
