package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Hello;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/** A controller with a clock that a test moves, and channels that a test drives. */
final class Node implements AutoCloseable {
    final AtomicLong clock = new AtomicLong(1_000_000_000L);
    final Controller controller;
    private final ThreadLocal<Runnable> atNextLook = new ThreadLocal<>();
    final Peer caller;

    Node(ControllerSettings settings) {
        this("node-1", settings);
    }

    Node(String id, ControllerSettings settings) {
        controller = new Controller(id, settings, this::look);
        caller = join(new HandChannel(16), Hello.of("caller"));
    }

    Node() {
        this(ControllerSettings.defaults());
    }

    Peer join(HandChannel channel, Hello.Builder hello) {
        Peer peer =
                controller.hello(channel, hello.build()).toCompletableFuture().join();
        channel.peer = peer;
        return peer;
    }

    HandChannel member(String instance, int capacity, String... operations) {
        HandChannel channel = new HandChannel(16);
        join(
                channel,
                Hello.of(instance).serves("cellar", Arrays.asList(operations)).capacity(capacity));
        return channel;
    }

    Incoming send(Command command, RecordingReplyPath path) {
        return send(command, 1000, path);
    }

    Incoming send(Command command, long credit, RecordingReplyPath path) {
        return caller.command(command, credit, path);
    }

    Pending find(Command command) {
        return controller.table().find(command.id(), "");
    }

    private long look() {
        Runnable task = atNextLook.get();
        if (task != null) {
            atNextLook.remove();
            task.run();
        }
        return clock.get();
    }

    /** Has something happen each time this thread has the controller look at its clock. */
    void atEachLook(Runnable task) {
        atNextLook.set(new Runnable() {
            @Override
            public void run() {
                task.run();
                atNextLook.set(this);
            }
        });
    }

    /** Has something happen in the midst of what this thread does next, where the controller looks at its clock. */
    void atNextLook(Runnable task) {
        atNextLook.set(task);
    }

    void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /** Lets time pass, and the deadlines in it; on the thread of the wheel, and has returned when that is done. */
    void passes(Duration time) {
        onWheelThread(() -> {
            controller.health().tick(clock.get()); // who is new is planned from now on
            advance(time);
            controller.wheel().tick(clock.get());
            controller.health().tick(clock.get());
        });
    }

    /** Does something while the wheel cannot tick. */
    void onWheelThread(Runnable task) {
        onWheelThread(() -> {
            task.run();
            return null;
        });
    }

    <T> T onWheelThread(Callable<T> task) {
        try {
            return controller.timer().submit(task).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** How many entries the wheel has linked. */
    int slotted() {
        return onWheelThread(controller.wheel()::slotted);
    }

    /** What an operator is shown: target, operation, end and count of each row. */
    List<String> outcomes() {
        return controller.admin().outcomes().stream()
                .map(row -> row.targetId() + " " + row.operation() + " " + row.end() + " " + row.count())
                .toList();
    }

    static Session sessionOf(HandChannel channel) {
        return (Session) channel.peer;
    }

    /** Nothing is held any more: no command, no byte, no capacity. */
    void isEmpty(HandChannel... members) {
        assertThat(controller.table().size()).as("live commands").isZero();
        assertThat(controller.budget().heldBytes()).as("bytes of the node").isZero();
        assertThat(((Session) caller).heldBytes().get())
                .as("bytes of the caller")
                .isZero();
        for (HandChannel member : members) {
            assertThat(sessionOf(member).inFlight()).as("capacity taken").isZero();
            assertThat(sessionOf(member).target().heldBytes().get())
                    .as("bytes of the target")
                    .isZero();
        }
    }

    static Command.Builder pour() {
        return Command.to("cellar", "pour");
    }

    @Override
    public void close() {
        controller.close(Duration.ZERO);
    }
}
