package io.sommelier.wire.serving;

import io.sommelier.api.CommandError;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Stage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a handler answers through: order, numbers, credit, and the end with or without the handler. Thread-safe, without locks.
 *
 * <p>The marks of the lane decide between the handler's terminal and the end without it; credit is a number that data is taken from; a third word sees to it that the
 * credit task runs when credit comes, and never twice at once.
 */
abstract class PartResponder extends PartLane implements Responder {
    private static final Logger LOG = LoggerFactory.getLogger(PartResponder.class);

    /** The handler answered a terminal. */
    static final int ANSWERED = FIRST_MARK;
    /** The command ended without its handler. */
    static final int GONE = FIRST_MARK << 1;
    /** {@link #unanswered} is done with, one way or the other. */
    static final int GONE_ATTENDED = FIRST_MARK << 2;

    /** Somebody waits for credit. */
    private static final int STARVED = 1;
    /** A run of the credit task is scheduled or going on. */
    private static final int RUNNING = 2;
    /** Credit came during a run: there is to be another one. */
    private static final int AGAIN = 4;

    private static final Runnable DONE = () -> {};

    private static final VarHandle CREDIT;
    private static final VarHandle PULL;
    private static final VarHandle CANCEL_TASK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CREDIT = lookup.findVarHandle(PartResponder.class, "credit", long.class);
            PULL = lookup.findVarHandle(PartResponder.class, "pull", int.class);
            CANCEL_TASK = lookup.findVarHandle(PartResponder.class, "cancelTask", Runnable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Where the credit task runs; {@code null} for the thread that brings the credit. */
    final HandlerExecutor executor;

    private volatile long credit;
    private volatile int pull;
    private volatile Runnable creditTask;
    private volatile Runnable cancelTask;

    // Confined to the lane.
    private long dataParts;
    private boolean isAccepted;
    boolean isTerminalOut;

    PartResponder(HandlerExecutor executor) {
        this.executor = executor;
    }

    /**
     * Takes the next part on its way, in order, one call at a time, with sequence and final count set; nothing comes after a terminal, and no call begins after
     * {@link #end}. May be called on any thread that answers, ends, or gives credit to the command; must not block or throw.
     */
    protected abstract void emit(Part part);

    /**
     * The command ended without its handler, and no terminal was or will be emitted: called once, after {@link #end}, never at the same time as {@link #emit}; nothing is
     * called after it. Does nothing here.
     */
    protected void unanswered() {}

    /** A part was answered after the end, and dropped. Called on the thread that answered or that emits; does nothing here: whoever counts, overrides it. */
    protected void late(Part part) {}

    /** The credit task threw. */
    abstract void failed(Throwable failure);

    /** How many hops a command has that the handler sends. */
    abstract int nextHops();

    // ---- the way up

    @Override
    public final void accept(Part accepted) {
        check(accepted, PartStatus.ACCEPTED);
        passUnlessEnded(accepted, 0);
    }

    @Override
    public final boolean data(Part data) {
        check(data, PartStatus.DATA);
        if (isEnded()) {
            late(data);
            return true;
        }
        if (!takeCredit(data.cost())) {
            return false;
        }
        passUnlessEnded(data, 0);
        return true;
    }

    /** Numbers the part at once, by a guess that fails only where several threads answer: then {@link #deliver} numbers it anew. */
    @Override
    public final boolean data(Payload payload) {
        return data(Part.data(payload).sequence(dataParts).build());
    }

    @Override
    public final void complete(Part terminal) {
        check(terminal, PartStatus.COMPLETE);
        passUnlessEnded(terminal, ANSWERED);
    }

    @Override
    public final void fail(Part terminal) {
        check(terminal, PartStatus.FAILED);
        passUnlessEnded(asAnswered(terminal), ANSWERED);
    }

    /** A handler that ran can only have refused or executed, whatever became of commands that it sent itself. */
    private static Part asAnswered(Part failed) {
        CommandError error = failed.error().orElseThrow();
        if (error.outcome() == Outcome.EXECUTED || error.outcome() == Outcome.REFUSED) {
            return failed;
        }
        return Part.failed(CommandError.of(error.code(), Outcome.EXECUTED, Stage.EXECUTION, error.message()))
                .headers(failed.headers())
                .contentType(failed.contentType())
                .payload(failed.payload())
                .suggestedStatus(failed.suggestedStatus())
                .build();
    }

    private static void check(Part part, PartStatus status) {
        if (part.status() != status) {
            throw new IllegalArgumentException("a part that says " + part.status() + " where " + status + " is due");
        }
        Objects.requireNonNull(part.payload(), "payload");
    }

    private void passUnlessEnded(Part part, int marks) {
        if (!pass(part, ANSWERED | GONE, marks)) {
            late(part);
        }
    }

    @Override
    final void deliverWaiting(Part part) {
        if (isMarked(GONE)) {
            late(part);
        } else {
            deliver(part);
        }
    }

    @Override
    final void deliver(Part part) {
        // Of two threads that answer at once, one may have answered the terminal while the part of the other waited.
        if (isTerminalOut) {
            late(part);
            return;
        }
        switch (part.status()) {
            case ACCEPTED -> {
                if (isAccepted) {
                    late(part);
                    return;
                }
                isAccepted = true;
                emitNumbered(part, 0, 0);
            }
            case DATA -> {
                isAccepted = true;
                emitNumbered(part, dataParts++, 0);
            }
            case COMPLETE, FAILED -> {
                isTerminalOut = true;
                emitNumbered(part, 0, dataParts);
            }
        }
    }

    private void emitNumbered(Part part, long sequence, long finalCount) {
        Part numbered = part.sequence() == sequence && part.finalCount() == finalCount
                ? part
                : part.toBuilder().sequence(sequence).finalCount(finalCount).build();
        try {
            emit(numbered);
        } catch (RuntimeException defect) {
            LOG.error("A reply part could not be passed on; its command is given up: {}", this, defect);
            end();
        }
    }

    // ---- the end without the handler

    /** The command ended without its handler: cancelled, expired, or its channel lost. Idempotent; ignored when a terminal was emitted. */
    public final void end() {
        if (isMarked(GONE)) {
            return;
        }
        int before = mark(GONE);
        if ((before & (GONE | ANSWERED)) == 0) {
            Runnable task = (Runnable) CANCEL_TASK.getAndSet(this, DONE);
            if (task != null) {
                runCancelTask(task);
            }
        }
    }

    @Override
    final int attend(int marks) {
        if ((marks & GONE) == 0 || (marks & GONE_ATTENDED) != 0) {
            return 0;
        }
        if (!isTerminalOut) {
            unanswered();
        }
        return GONE_ATTENDED;
    }

    /** Several tasks, should a handler set them, each run once. */
    @Override
    public final void onCancel(Runnable task) {
        Objects.requireNonNull(task, "task");
        while (true) {
            Runnable before = cancelTask;
            if (before == DONE) {
                runCancelTask(task);
                return;
            }
            Runnable next = before == null
                    ? task
                    : () -> {
                        runCancelTask(before);
                        task.run();
                    };
            if (CANCEL_TASK.compareAndSet(this, before, next)) {
                return;
            }
        }
    }

    private void runCancelTask(Runnable task) {
        int[] thread = DirectCalls.ofThisThread();
        int before = DirectCalls.enterHops(thread, nextHops());
        try {
            task.run();
        } catch (RuntimeException failure) {
            LOG.warn("What a handler does on cancel threw: {}", this, failure);
        } finally {
            DirectCalls.enterHops(thread, before);
        }
    }

    @Override
    public final boolean isEnded() {
        return isMarked(ANSWERED | GONE);
    }

    // ---- credit

    /** The caller takes DATA of that many bytes more, as {@link Part#cost} counts them. Ignored when they are not positive, or the command has ended. */
    public final void credit(long bytes) {
        if (bytes > 0 && !isEnded() && addCredit(bytes) > 0) {
            feedTheStarved(false);
        }
    }

    final long addCredit(long bytes) {
        long before;
        long after;
        do {
            before = credit;
            after = before + bytes;
            if (after < before) {
                after = Long.MAX_VALUE;
            }
        } while (!CREDIT.compareAndSet(this, before, after));
        return after;
    }

    /** Takes the credit for one part of any size, as long as there is any; else notes that somebody waits for it. */
    private boolean takeCredit(long bytes) {
        while (true) {
            long before = credit;
            if (before > 0) {
                if (CREDIT.compareAndSet(this, before, before - bytes)) {
                    return true;
                }
            } else if (isStillStarvedAfterSayingSo()) {
                return false;
            }
        }
    }

    /** Credit that comes before the word is set does not see it, so it is looked for once more after that. */
    private boolean isStillStarvedAfterSayingSo() {
        PULL.getAndBitwiseOr(this, STARVED);
        if (credit <= 0) {
            return true;
        }
        PULL.getAndBitwiseAnd(this, ~STARVED);
        return false;
    }

    @Override
    public final void onCredit(Runnable task) {
        creditTask = Objects.requireNonNull(task, "task");
        if (isEnded()) {
            return;
        }
        // The new task waits for credit, whether or not data was refused before.
        PULL.getAndBitwiseOr(this, STARVED);
        if (credit > 0) {
            feedTheStarved(true);
        }
    }

    /** Runs the task if somebody waits for credit. Of several that bring credit at once, one finds the word set. */
    private void feedTheStarved(boolean byHandler) {
        if ((pull & STARVED) == 0 || ((int) PULL.getAndBitwiseAnd(this, ~STARVED) & STARVED) == 0) {
            return;
        }
        if (creditTask == null) {
            return; // onCredit finds the credit
        }
        while (true) {
            int before = pull;
            if ((before & RUNNING) != 0) {
                if (PULL.compareAndSet(this, before, before | AGAIN)) {
                    return;
                }
            } else if (PULL.compareAndSet(this, before, before | RUNNING)) {
                break;
            }
        }
        if (executor == null || byHandler && executor.isOwnThread()) {
            runCreditTask();
        } else {
            executor.execute(this::runCreditTask);
        }
    }

    private void runCreditTask() {
        while (true) {
            PULL.getAndBitwiseAnd(this, ~AGAIN);
            if (!isEnded()) {
                int[] thread = DirectCalls.ofThisThread();
                int before = DirectCalls.enterHops(thread, nextHops());
                try {
                    creditTask.run();
                } catch (Throwable failure) {
                    failed(failure);
                } finally {
                    DirectCalls.enterHops(thread, before);
                }
            }
            if (isRunOver()) {
                return;
            }
            if (executor != null) {
                executor.execute(this::runCreditTask); // behind what waits, so that no stream keeps a thread
                return;
            }
        }
    }

    private boolean isRunOver() {
        while (true) {
            int before = pull;
            if ((before & AGAIN) != 0) {
                return false;
            }
            if (PULL.compareAndSet(this, before, before & ~RUNNING)) {
                return true;
            }
        }
    }
}
