package io.sommelier.transport.embedded;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.spi.Channel;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.transport.embedded.MemberSpec.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The channel of a connector in this JVM. Thread-safe, without a thread or queue of its own: a direct handler runs on the thread that offers, any other on the executor of its
 * member, whose queue is the send queue of the channel. A command is claimed when a thread takes it.
 */
final class EmbeddedChannel implements Channel {
    private final Connector connector;
    /** What was offered and has not ended. */
    private final Set<EmbeddedExecution> live = ConcurrentHashMap.newKeySet();
    /** What was offered before the welcome. */
    private final Queue<EmbeddedExecution> early = new ConcurrentLinkedQueue<>();
    /** What the connector has sent and has not ended. */
    private final Set<EmbeddedCall> calls = ConcurrentHashMap.newKeySet();

    /** Operations whose handlers go, while commands are at them. */
    private final List<Leaving> leaving = new CopyOnWriteArrayList<>();

    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final AtomicBoolean isPeerTold = new AtomicBoolean();

    private volatile Peer peer;
    private volatile boolean isOpen; // what was offered before the welcome has begun
    private volatile boolean isDraining;
    private volatile Goodbye goodbye; // there when closed
    private volatile boolean isSwept; // closed, and everybody told

    private record Leaving(Operation operation, CompletableFuture<Void> over) {}

    EmbeddedChannel(Connector connector) {
        this.connector = connector;
    }

    /** The controller's side, or {@code null} before the welcome and after the end. */
    Peer peer() {
        return goodbye == null ? peer : null;
    }

    Connector connector() {
        return connector;
    }

    @Override
    public String transport() {
        return "embedded";
    }

    @Override
    public String remoteAddress() {
        return "this JVM";
    }

    // ---- commands to the connector ----

    @Override
    public boolean offer(Outgoing outgoing) {
        if (goodbye != null) {
            return false;
        }
        Command command = outgoing.command();
        if (command == null) {
            return true; // it has ended, and would refuse the claim
        }
        Operation operation = connector.operation(command.operation());
        if (operation == null) {
            return false; // the controller was told just before
        }
        EmbeddedExecution execution = new EmbeddedExecution(this, outgoing, command, operation);
        outgoing.channelState(execution);
        live.add(execution);
        if (goodbye != null || operation.isGone()) {
            return !takeBack(execution);
        }
        if (!isOpen) {
            early.add(execution);
            if (isOpen) {
                startEarly();
            }
            return true;
        }
        return execution.begin() || !takeBack(execution);
    }

    /** {@code false} when the end of the channel was faster, and has told the entry. */
    private boolean takeBack(EmbeddedExecution execution) {
        boolean isBack = execution.takeBack();
        if (isBack) {
            forget(execution);
        }
        return isBack;
    }

    private void startEarly() {
        for (EmbeddedExecution first = early.poll(); first != null; first = early.poll()) {
            if (!first.begin()) {
                first.end();
            }
        }
    }

    @Override
    public void credit(Outgoing outgoing, long bytes) {
        if (outgoing.channelState() instanceof EmbeddedExecution execution) {
            execution.credit(bytes);
        }
    }

    @Override
    public void cancel(Outgoing outgoing, String reason) {
        if (outgoing.channelState() instanceof EmbeddedExecution execution) {
            execution.cancel();
        }
    }

    /** The execution has ended, and its entry was told what it is owed. */
    void forget(EmbeddedExecution execution) {
        live.remove(execution);
        if (isDraining) {
            settleIfIdle();
        }
        if (!leaving.isEmpty()) {
            settleLeaving();
        }
    }

    /**
     * Gives back what a handler that goes has not begun, and lets the rest end. The controller was told before that the member does not serve it, or serves it by another handler.
     *
     * @param gone begins no command any more
     * @param limit when it is over, what still runs is ended as if the member were lost
     * @return completes when nothing of it runs any more
     */
    CompletionStage<Void> leave(Operation gone, Duration limit) {
        Leaving left = new Leaving(gone, new CompletableFuture<>());
        leaving.add(left); // first, so that whoever ends last finds it
        for (EmbeddedExecution execution : live) {
            if (execution.operation() == gone) {
                execution.giveBack();
            }
        }
        settleLeaving();
        if (!left.over.isDone()) {
            CompletableFuture.delayedExecutor(limit.toNanos(), TimeUnit.NANOSECONDS)
                    .execute(() -> endAllOf(left));
        }
        return left.over.copy();
    }

    private void endAllOf(Leaving left) {
        if (!left.over.isDone()) {
            for (EmbeddedExecution execution : live) {
                if (execution.operation() == left.operation) {
                    execution.end();
                }
            }
        }
    }

    private void settleLeaving() {
        for (Leaving left : leaving) {
            if (live.stream().noneMatch(execution -> execution.operation() == left.operation)) {
                leaving.remove(left);
                left.over.complete(null);
            }
        }
    }

    // ---- commands of the connector ----

    /** Takes a call into account; {@code false} when the channel is not open, or drains. */
    boolean begin(EmbeddedCall call) {
        calls.add(call);
        if (peer() != null && !isDraining) {
            return true;
        }
        ended(call);
        return false;
    }

    /** Whether it takes nothing new, and is not closed yet. */
    boolean isDraining() {
        return isDraining && goodbye == null;
    }

    void ended(EmbeddedCall call) {
        calls.remove(call);
        if (isDraining) {
            settleIfIdle();
        }
    }

    // ---- life ----

    /** Nobody is nearer. */
    @Override
    public CompletionStage<Void> probe() {
        return goodbye == null
                ? CompletableFuture.completedStage(null)
                : CompletableFuture.failedStage(new IllegalStateException("the channel is closed"));
    }

    /** The controller took the connector in. */
    void open(Peer welcoming) {
        peer = welcoming;
        if (goodbye != null) {
            settleIfIdle();
        }
        startEarly();
        isOpen = true; // from now on nothing that comes may overtake what came before the welcome
        startEarly();
    }

    /** The controller did not take the connector in. */
    void refused(Goodbye why) {
        close(why); // nothing is offered to it, but its peer will never be there to be told
        connector.gone(this, why);
        over.complete(null);
    }

    /**
     * Lets commands end that are under way, in either direction, and closes.
     *
     * @return completes when the controller was told that the channel is gone
     */
    CompletionStage<Void> drain(Goodbye then, Duration limit) {
        drain(then);
        if (!idle.isDone()) {
            CompletableFuture.delayedExecutor(limit.toNanos(), TimeUnit.NANOSECONDS)
                    .execute(() -> close(then));
        }
        return over.copy();
    }

    @Override
    public void drain(Goodbye then) {
        Peer present = peer();
        if (present != null) {
            present.draining();
        }
        isDraining = true;
        settleIfIdle();
        idle.thenRun(() -> close(then));
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public void close(Goodbye why) {
        synchronized (idle) {
            if (goodbye != null) {
                return;
            }
            goodbye = why;
        }
        isDraining = true;
        live.forEach(EmbeddedExecution::end);
        calls.forEach(call -> call.channelClosed(this, "the channel of its caller was closed: " + why.message()));
        isSwept = true;
        settleIfIdle();
    }

    /**
     * The controller hears of the end when it has heard of every command, and every handler that was told has been: from the thread that brings the last of them.
     */
    private void settleIfIdle() {
        if (!live.isEmpty()) {
            return;
        }
        if (calls.isEmpty()) {
            idle.complete(null);
        }
        Goodbye why = goodbye;
        Peer present = peer;
        if (isSwept && present != null && isPeerTold.compareAndSet(false, true)) {
            present.closed(why);
            connector.gone(this, why);
            over.complete(null);
        }
    }

    @Override
    public String toString() {
        return "EmbeddedChannel[" + connector + "]";
    }
}
