package io.sommelier.wire.serving;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command at its handler: the responder, the credit, the deadline before the start. Subclasses say where parts go. Thread-safe, without locks.
 *
 * <p>A direct handler runs on the thread that calls {@link #start}, unless that is already inside {@link DirectCalls#MAX_DEPTH} direct handlers: then on a shared executor, so
 * that handlers that send to each other cannot exhaust a stack. What continues it, runs on the thread that brought the credit all the same.
 */
public abstract class Execution extends PartResponder {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private CommandHandler handler;
    private Invocation invocation;

    /**
     * Not started.
     *
     * @param executor where the handler and its continuations run; {@code null} for a direct handler, which runs on the thread that starts it
     */
    protected Execution(CommandHandler handler, Invocation invocation, long initialCredit, HandlerExecutor executor) {
        super(executor);
        bind(handler, invocation, initialCredit);
    }

    /**
     * Not started, and without its command: {@link #claim} is to {@link #bind} it. Credit and end may come before.
     *
     * @param executor see the other constructor
     */
    protected Execution(HandlerExecutor executor) {
        super(executor);
    }

    /** Says what is to be handled; called by {@link #claim}, once. The credit is added to what has come already. */
    protected final void bind(CommandHandler boundHandler, Invocation boundInvocation, long initialCredit) {
        handler = boundHandler;
        invocation = boundInvocation;
        addCredit(initialCredit);
    }

    /**
     * A thread is about to handle the command: called once, on it, never at the same time as {@link #emit} or {@link #unanswered}, and not when the command has ended
     * before. {@code false} means that the command is not wanted any more: then nothing follows, neither part nor {@link #unanswered}. Must not block or throw.
     */
    protected boolean claim() {
        return true;
    }

    /** What the handler sees; {@code null} as long as it is not bound. */
    public final Invocation invocation() {
        return invocation;
    }

    /** Brings the command to its handler, or fails it with MEMBER_BUSY when the executor is full, with DRAINING when it is closed. Called once. */
    public final void start() {
        if (!tryStart()) {
            refuse(executor == null ? DirectCalls.fallback() : executor);
        }
    }

    /** Brings the command to its handler; {@code false} when the executor is full or closed, and nothing was done. Called once, in place of {@link #start}. */
    public final boolean tryStart() {
        if (executor != null) {
            return executor.submit(this);
        }
        int[] nesting = DirectCalls.ofThisThread();
        if (!DirectCalls.enter(nesting)) {
            return DirectCalls.fallback().submit(this);
        }
        try {
            boolean wasBound = invocation != null;
            if (begin()) {
                long before = remainingNanos(wasBound);
                handle(before);
                DirectCalls.judge(handler, invocation, before - invocation.remainingNanos());
            }
        } finally {
            DirectCalls.leave(nesting);
        }
        return true;
    }

    /**
     * Takes back a command that {@link #tryStart} did not take: nothing of it is called any more.
     *
     * @return {@code false} when it has been ended meanwhile
     */
    protected final boolean withdraw() {
        return markUnlessTaken(ANSWERED | GONE, ANSWERED | GONE | GONE_ATTENDED);
    }

    /** The executor has a thread for the command. */
    final void run() {
        boolean wasBound = invocation != null;
        if (begin()) {
            handle(remainingNanos(wasBound));
        }
    }

    /** The claim has just bound the command, if it was not bound before: then it has what it says, and the clock need not be read once more. */
    private long remainingNanos(boolean wasBound) {
        return wasBound ? invocation.remainingNanos() : invocation.command().ttlNanos();
    }

    private boolean begin() {
        if (!enter(ANSWERED | GONE)) {
            return false;
        }
        boolean isWanted = false;
        try {
            isWanted = claim();
        } finally {
            if (!isWanted) {
                isTerminalOut = true;
                mark(ANSWERED);
            }
            leave();
        }
        return isWanted && !isEnded();
    }

    /** The executor takes the command not, or not any more. */
    final void refuse(HandlerExecutor full) {
        if (invocation == null) {
            end(); // nobody claimed it, so there is nobody to tell
            return;
        }
        boolean isClosed = full.isClosed();
        fail(Part.failed(CommandError.of(
                        isClosed ? ErrorCode.DRAINING : ErrorCode.MEMBER_BUSY,
                        Outcome.REFUSED,
                        Stage.MEMBER_QUEUE,
                        isClosed ? "the member is closing" : "the member's executor and its queue are full"))
                .build());
    }

    private void refuseExpired() {
        fail(Part.failed(CommandError.of(
                        ErrorCode.EXPIRED,
                        Outcome.REFUSED,
                        Stage.MEMBER_QUEUE,
                        "the time to live was spent before a handler took the command"))
                .build());
    }

    private void handle(long remainingNanos) {
        if (remainingNanos <= 0) {
            refuseExpired();
            return;
        }
        int[] thread = DirectCalls.ofThisThread();
        int before = DirectCalls.enterHops(thread, nextHops());
        try {
            handler.handle(invocation, this);
        } catch (Throwable failure) {
            failed(failure);
        } finally {
            DirectCalls.enterHops(thread, before);
        }
    }

    @Override
    final int nextHops() {
        return invocation.command().hops() + 1;
    }

    /** User code threw: the command fails; an error of the virtual machine goes on up. */
    @Override
    final void failed(Throwable failure) {
        CommandError error = failure instanceof CommandException known && known.error() != null
                ? known.error()
                : CommandError.executed(failure.toString());
        LOG.debug("The handler of {} threw", invocation, failure);
        fail(Part.failed(error).build());
        // A stack that ran over is whole again here.
        if (failure instanceof VirtualMachineError severe && !(failure instanceof StackOverflowError)) {
            throw severe;
        }
    }

    @Override
    public String toString() {
        return "Execution[" + invocation + (isEnded() ? ", ended]" : "]");
    }
}
