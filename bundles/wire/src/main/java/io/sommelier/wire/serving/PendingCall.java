package io.sommelier.wire.serving;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Stage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command under way, at the end that sent it: gathers the reply or hands it to the listener, and completes the stages. Subclasses say where credit and cancel go.
 * Thread-safe, without locks.
 *
 * <p>Its owner passes what comes to {@link #confirmAdmitted} and {@link #part}, from any threads, and sees to it that one terminal comes in every case: also when its
 * channel is lost, and after {@link #sendCancel}. All is done on the thread that brings the part, unless that is inside the ends of {@link DirectCalls#MAX_DEPTH} calls
 * already, of handlers that wait for handlers: then the terminal is passed on from a shared executor. The command starts with a credit of {@link CommandSender#INITIAL_CREDIT_BYTES}.
 *
 * <p>A command is {@link #counted} on the thread that sends it. What the listener and what depends on the stages send in their turn is sent as from where the call was: neither hops of its
 * worker, whose thread it may be, are added, nor those of its sender lost.
 */
public abstract class PendingCall extends PartLane implements Call {
    private static final Logger LOG = LoggerFactory.getLogger(PendingCall.class);

    /** A call that gathers gives credit back in pieces of this size, so that credit costs little. */
    private static final long CREDIT_STEP_BYTES = CommandSender.INITIAL_CREDIT_BYTES / 2;

    private static final VarHandle RESULT;
    private static final VarHandle ADMITTED;

    /** What stands in {@link #admission} when the command was admitted; an exception stands for the opposite. */
    private static final Object YES = new Object();

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RESULT = lookup.findVarHandle(PendingCall.class, "result", CompletableFuture.class);
            ADMITTED = lookup.findVarHandle(PendingCall.class, "admitted", CompletableFuture.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CommandId id;
    private final int hops;
    private final ReplyListener listener;

    // The stages are made when somebody asks for them; what they are to tell is kept beside them.
    private volatile CompletableFuture<Reply> result;
    private volatile CompletableFuture<Void> admitted;
    private volatile Object end;
    private volatile Object admission;

    // Confined to the lane.
    private Part accepted;

    private List<Part> gathered = List.of();
    private long gatheredBytes;
    private long uncreditedBytes;
    private boolean hasListenerThrown;

    /** A call that gathers its reply; its command was {@link #counted}. */
    protected PendingCall(Command command) {
        this.id = command.id();
        this.hops = command.hops();
        this.listener = null;
    }

    /** A call whose parts go to the listener; its command was {@link #counted}. */
    protected PendingCall(Command command, ReplyListener listener) {
        this.id = command.id();
        this.hops = command.hops();
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** The command as it is sent from this thread: where a handler runs on it, with one hop more than what is handled. */
    public static Command counted(Command command) {
        int least = DirectCalls.hops(DirectCalls.ofThisThread());
        return command.hops() >= least
                ? command
                : command.toBuilder().hops(least).build();
    }

    /** Passes credit, in bytes as {@link Part#cost} counts them, on to the worker. Not called after the end; must not block or throw. */
    protected abstract void sendCredit(long bytes);

    /**
     * Tells that the command is given up, and sees to it that its terminal comes to {@link #part} now or soon: from the other side, or made here. May be called more than
     * once, also when the end comes at the same time; must not block or throw.
     */
    protected abstract void sendCancel(String reason);

    /** The command was admitted. */
    public final void confirmAdmitted() {
        if (admission == null) {
            int[] thread = DirectCalls.ofThisThread();
            int before = DirectCalls.enterHops(thread, hops);
            try {
                settleAdmission(YES);
            } finally {
                DirectCalls.enterHops(thread, before);
            }
        }
    }

    /** Takes the next part of the reply; what comes after a terminal is dropped. */
    public final void part(Part part) {
        if (!part.status().isTerminal()) {
            pass(part, 0, 0);
            return;
        }
        int[] nesting = DirectCalls.ofThisThread();
        if (!DirectCalls.enterEnd(nesting)) {
            passLater(part, DirectCalls.fallback());
            return;
        }
        try {
            pass(part, 0, 0);
        } finally {
            DirectCalls.leaveEnd(nesting);
        }
    }

    @Override
    final void deliver(Part part) {
        if (end != null) {
            return;
        }
        int[] thread = DirectCalls.ofThisThread();
        int before = DirectCalls.enterHops(thread, hops);
        try {
            tell(part);
        } finally {
            DirectCalls.enterHops(thread, before);
        }
    }

    private void tell(Part part) {
        if (admission == null) {
            settleAdmission(part.error().isPresent() ? admissionOf(part.error().get()) : YES);
        }
        if (listener == null) {
            gather(part);
        } else {
            try {
                tellListener(part);
            } finally {
                if (part.status().isTerminal()) {
                    settle(part);
                }
            }
        }
    }

    /** A failure tells that the command was admitted only when somebody certainly executed it. */
    private static Object admissionOf(CommandError error) {
        boolean wasExecuted = error.outcome() == Outcome.EXECUTED || error.outcome() == Outcome.REPLY_LOST;
        return wasExecuted ? YES : new CommandException(error);
    }

    private void tellListener(Part part) {
        if (hasListenerThrown && !part.status().isTerminal()) {
            return;
        }
        try {
            listener.part(this, part);
        } catch (Throwable failure) {
            if (!hasListenerThrown) {
                hasListenerThrown = true;
                LOG.warn("The reply listener of command {} threw; the call is cancelled", id, failure);
                if (!part.status().isTerminal()) {
                    sendCancel("the reply listener threw");
                }
            }
            // A stack that ran over is whole again here.
            if (failure instanceof VirtualMachineError severe && !(failure instanceof StackOverflowError)) {
                throw severe;
            }
        }
    }

    private void gather(Part part) {
        gatheredBytes +=
                part.status() == PartStatus.DATA ? part.cost() : part.payload().size();
        if (gatheredBytes > CommandSender.MAX_GATHERED_BYTES && part.status() != PartStatus.FAILED) {
            gathered = List.of();
            CommandError error = CommandError.of(
                    ErrorCode.REPLY_TOO_LARGE,
                    Outcome.REPLY_LOST,
                    Stage.RETURN,
                    "the reply has more than " + CommandSender.MAX_GATHERED_BYTES + " bytes; take it with a listener");
            end = new CommandException(error);
            if (!part.status().isTerminal()) {
                sendCancel("the reply is larger than what a call gathers");
            }
            tellResult();
        } else if (part.status().isTerminal()) {
            settle(part);
        } else if (part.status() == PartStatus.ACCEPTED) {
            accepted = part;
        } else {
            if (gathered.isEmpty()) {
                gathered = new ArrayList<>();
            }
            gathered.add(part);
            uncreditedBytes += part.cost();
            if (uncreditedBytes >= CREDIT_STEP_BYTES) {
                long bytes = uncreditedBytes;
                uncreditedBytes = 0;
                sendCredit(bytes);
            }
        }
    }

    private void settle(Part terminal) {
        end = terminal.error().isPresent()
                ? new CommandException(terminal)
                : new Reply(Optional.ofNullable(accepted), gathered, terminal);
        accepted = null;
        gathered = List.of();
        tellResult();
    }

    private void settleAdmission(Object how) {
        admission = how;
        CompletableFuture<Void> stage = admitted;
        if (stage != null) {
            tellAdmission(stage);
        }
    }

    private void tellAdmission(CompletableFuture<Void> stage) {
        if (admission instanceof CommandException failure) {
            stage.completeExceptionally(failure);
        } else {
            stage.complete(null);
        }
    }

    private void tellResult() {
        CompletableFuture<Reply> stage = result;
        if (stage == null) {
            return;
        }
        if (end instanceof Reply reply) {
            stage.complete(reply);
        } else {
            stage.completeExceptionally((CommandException) end);
        }
    }

    @Override
    public final CommandId id() {
        return id;
    }

    @Override
    public final CompletionStage<Void> admitted() {
        CompletableFuture<Void> stage = admitted;
        if (stage == null) {
            ADMITTED.compareAndSet(this, null, new CompletableFuture<Void>());
            stage = admitted;
            if (admission != null) {
                tellAdmission(stage);
            }
        }
        return stage;
    }

    @Override
    public final CompletionStage<Reply> result() {
        CompletableFuture<Reply> stage = result;
        if (stage == null) {
            RESULT.compareAndSet(this, null, new CompletableFuture<Reply>());
            stage = result;
            if (end != null) {
                tellResult();
            }
        }
        return stage;
    }

    @Override
    public final void request(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("request of " + bytes + " bytes, allowed are 1 and more");
        }
        if (end == null) {
            sendCredit(bytes);
        }
    }

    @Override
    public final void cancel(String reason) {
        if (end == null) {
            sendCancel(reason);
        }
    }

    /** Whether the call has ended. */
    public final boolean isEnded() {
        return end != null;
    }

    @Override
    public String toString() {
        return "Call[" + id + (end == null ? "]" : ", ended]");
    }
}
