package io.sommelier.transport.embedded;

import io.sommelier.api.Command;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.spi.Outgoing;
import io.sommelier.transport.embedded.MemberSpec.Operation;
import io.sommelier.wire.serving.Execution;
import java.util.concurrent.TimeUnit;

/** A command at its handler in this JVM: what the handler answers goes straight to the controller's entry. Thread-safe. */
final class EmbeddedExecution extends Execution {
    /** A handler may be told this much more time than remains, which spares most commands a copy. */
    private static final long TOLERATED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final EmbeddedChannel channel;
    private final Outgoing outgoing;
    private final Operation operation;
    private final int hash;
    private volatile boolean isCancelled;

    EmbeddedExecution(EmbeddedChannel channel, Outgoing outgoing, Command command, Operation operation) {
        super(operation.isDirect() ? null : channel.connector().executorOf(operation));
        this.channel = channel;
        this.outgoing = outgoing;
        this.operation = operation;
        this.hash = command.id().hashCode();
    }

    /** That of the id: an identity hash costs a call into the virtual machine, for each command. */
    @Override
    public int hashCode() {
        return hash;
    }

    /** Brings the command to its handler; {@code false} when nobody took it. */
    boolean begin() {
        return operation.isCheck() ? beginCheck() : tryStart();
    }

    /** A check does not wait for a thread unclaimed: that the one before it still runs is an answer, too. */
    private boolean beginCheck() {
        if (claim()) {
            start();
        }
        return true;
    }

    @Override
    protected boolean claim() {
        if (invocation() != null) {
            return true; // a check, which is claimed before it has a thread
        }
        Command command = outgoing.claim() ? outgoing.command() : null;
        if (command == null) {
            forget();
            return false;
        }
        long remaining = outgoing.remainingNanos();
        if (command.ttlNanos() - remaining > TOLERATED_NANOS) {
            command = command.toBuilder().remainingNanos(remaining).build();
        }
        bind(
                operation.handler(),
                new Invocation(
                        command,
                        outgoing.source(),
                        outgoing.principal(),
                        outgoing.attempt(),
                        channel.connector().nanoClock()),
                outgoing.initialCredit());
        return true;
    }

    @Override
    protected void emit(Part part) {
        boolean isWanted = outgoing.part(part);
        if (part.status().isTerminal()) {
            forget();
        } else if (!isWanted) {
            cancel();
        }
    }

    @Override
    protected void unanswered() {
        outgoing.channelState(null); // once it is lost, the entry may belong to another channel
        if (!isCancelled) {
            outgoing.lost();
        }
        channel.forget(this);
    }

    @Override
    protected void late(Part part) {
        channel.connector().lateAnswers().increment();
    }

    /** The controller has ended the command, and wants to hear no more of it. */
    void cancel() {
        isCancelled = true;
        end();
    }

    /** Its handler goes: the command goes elsewhere, if no thread has claimed it. */
    void giveBack() {
        if (outgoing.back()) {
            channel.forget(this);
        }
    }

    Operation operation() {
        return operation;
    }

    /** Nobody took the command: nothing of it is said to the entry. */
    boolean takeBack() {
        return withdraw();
    }

    private void forget() {
        outgoing.channelState(null);
        channel.forget(this);
    }
}
