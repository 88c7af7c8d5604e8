package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Target;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.OutcomeCount;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A caller that dies at a moment of his command: promise 4. */
interface CallerPromises extends WorldAccess {
    /** A member whose handler hands out its responder and counts. */
    private static MemberPlan handing(
            AtomicReference<Responder> given, AtomicInteger executions, CountDownLatch entered, CountDownLatch told) {
        return MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            executions.incrementAndGet();
            responder.onCancel(told::countDown);
            given.set(responder);
            entered.countDown();
        });
    }

    private static Command pour(boolean durable) {
        return Command.to(TARGET, POUR).durable(durable).build();
    }

    @Test
    default void aCommandThatIsNotDurableEndsWithItsCaller() throws Exception {
        World world = open();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(handing(new AtomicReference<>(), new AtomicInteger(), entered, told));
        Call call = world.sender("dying").send(pour(false));
        awaitSoon(entered);

        world.cutSender("dying");

        awaitSoon(told);
        assertThat(WorldAccess.errorOf(call).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    default void aDurableCommandThatAWorkerHasOutlivesItsCallerAndIsExecutedOnce() throws Exception {
        World world = open();
        MemoryMailbox mailbox = new MemoryMailbox(System::nanoTime);
        world.mailbox(mailbox);
        AtomicReference<Responder> given = new AtomicReference<>();
        AtomicInteger executions = new AtomicInteger();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(handing(given, executions, entered, told));
        Command command = pour(true);
        Call call = world.sender("dying").send(command, (same, part) -> {}); // gives no credit
        awaitSoon(entered);

        world.cutSender("dying");

        assertError(call, ErrorCode.CONTROLLER_GONE, Outcome.UNKNOWN);
        soon().until(() -> world.admin().channels().stream()
                .noneMatch(channel -> channel.instance().equals("dying")));
        assertThat(world.admin().commands(command.id()))
                .singleElement()
                .satisfies(view -> assertThat(view.state()).isEqualTo(CommandState.DISPATCHED));
        Payload piece = Payload.copyOf(new byte[100_000]);
        for (int i = 0; i < 20; i++) { // much more than the call gave credit for
            soon().until(() -> given.get().data(piece));
        }
        given.get().complete(Payload.empty());
        soon().until(() -> mailbox.size(Target.of(TARGET)) == 0);
        assertThat(executions).hasValue(1);
        assertThat(told.getCount()).isEqualTo(1);
        assertThat(world.admin().outcomes()).extracting(OutcomeCount::end).containsExactly("COMPLETED");
    }

    @Test
    default void aDurableCommandThatWaitsOutlivesItsCallerAndIsExecutedOnce() throws Exception {
        World world = open(WorldSettings.defaults().withKnownTargets(TARGET));
        MemoryMailbox mailbox = new MemoryMailbox(System::nanoTime);
        world.mailbox(mailbox);
        Command command = pour(true);
        Call call = world.sender("dying").send(command);
        WorldAccess.awaitAdmitted(call);

        world.cutSender("dying");

        assertError(call, ErrorCode.CONTROLLER_GONE, Outcome.UNKNOWN);
        AtomicInteger executions = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a").serving(POUR, (invocation, responder) -> {
            executions.incrementAndGet();
            responder.complete(WINE);
        }));
        soon().until(() -> mailbox.size(Target.of(TARGET)) == 0);
        assertThat(executions).hasValue(1);
    }

    @Test
    default void aDurableCommandThatItsCallerCancelsEnds() throws Exception {
        World world = open();
        MemoryMailbox mailbox = new MemoryMailbox(System::nanoTime);
        world.mailbox(mailbox);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(handing(new AtomicReference<>(), new AtomicInteger(), entered, told));
        Call call = world.sender("dying").send(pour(true));
        awaitSoon(entered);

        call.cancel("changed my mind");

        awaitSoon(told);
        assertError(call, ErrorCode.CANCELLED, Outcome.UNKNOWN);
        soon().until(() -> mailbox.size(Target.of(TARGET)) == 0);
    }

    @Test
    default void aCommandThatIsNotDurableIsAdmittedWhenItWaitsElseWithTheFirstPart() throws Exception {
        World world = open(WorldSettings.defaults().withKnownTargets(TARGET));
        world.mailbox(new MemoryMailbox(System::nanoTime));
        Call waiting = world.caller().send(pour(false));
        WorldAccess.awaitAdmitted(waiting);
        AtomicReference<Responder> given = new AtomicReference<>();
        CountDownLatch entered = new CountDownLatch(2);
        world.member(handing(given, new AtomicInteger(), entered, new CountDownLatch(1)));
        soon().until(() -> entered.getCount() == 1);
        given.get().complete(WINE);
        assertThat(WorldAccess.textOf(waiting)).isEqualTo("wine");

        Call straight = world.caller().send(pour(false));

        awaitSoon(entered);
        assertThat(straight.admitted().toCompletableFuture()).isNotDone();
        given.get().accept(Part.accepted().build());
        WorldAccess.awaitAdmitted(straight);
        given.get().complete(WINE);
        assertThat(WorldAccess.textOf(straight)).isEqualTo("wine");
    }

    @Test
    default void aDurableCommandIsAdmittedBeforeItsMemberAnswers() throws Exception {
        World world = open();
        world.mailbox(new MemoryMailbox(System::nanoTime));
        AtomicReference<Responder> given = new AtomicReference<>();
        CountDownLatch entered = new CountDownLatch(1);
        world.member(handing(given, new AtomicInteger(), entered, new CountDownLatch(1)));

        Call call = world.caller().send(pour(true));

        awaitSoon(entered);
        WorldAccess.awaitAdmitted(call);
        given.get().complete(WINE);
        assertThat(WorldAccess.textOf(call)).isEqualTo("wine");
    }
}
