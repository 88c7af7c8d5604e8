package io.sommelier.pipeline.internal;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import io.sommelier.spi.Principal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command on its way through a chain: the run, the context that handlers see, and the place where it stands, in one object. Thread-safe towards the controller;
 * the fields of the way belong to the run's owner.
 *
 * <p><b>Owner.</b> A run has one owner at a time: the thread that walks it, or the stage or pool task it waits for. {@link #owed} counts what the owner has to do: the
 * part under way and those that wait. Whoever raises it from 0 becomes the owner; who brings it back to 0 stops being it.
 *
 * <p><b>Gate.</b> {@link #gate} guards what reaches the {@link Pipeline.End}: whether the way down is over, one {@code send} at a time, and one terminal.
 *
 * <p><b>Last word.</b> A FAILED part by which the controller itself ends the command must get out even when a handler never completes its stage, or its thread hangs.
 * So it does not wait for the owner: it goes up on a copy of the context, through the handlers that run on errors, and waits for none of them. The owner finds the run
 * {@link #overtaken} and drops what it had.
 */
public final class ChainRun extends CommandContext implements Pipeline.Run {
    private static final Logger LOG = LoggerFactory.getLogger(ChainRun.class);

    private static final int GOING_DOWN = 0;
    private static final int OPEN = 1;
    private static final int SENDING = 2;
    /** A part is being sent, and whoever sends it sends the last word after it. */
    private static final int SENDING_BEFORE_LAST = 3;

    private static final int ENDED = 4;

    private static final VarHandle OWED;
    private static final VarHandle GATE;
    private static final VarHandle OVERTAKEN;
    private static final VarHandle WAITING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            OWED = lookup.findVarHandle(ChainRun.class, "owed", int.class);
            GATE = lookup.findVarHandle(ChainRun.class, "gate", int.class);
            OVERTAKEN = lookup.findVarHandle(ChainRun.class, "overtaken", boolean.class);
            WAITING = lookup.findVarHandle(ChainRun.class, "waiting", Queue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Snapshot chain;
    private final Pipeline.End end;
    private final boolean isMeasured;

    private int cursor;
    private boolean isFailureSeen;
    private boolean isToBecomeFailed;
    private long begunNanos;

    private long dataSent; // guarded by the gate
    private Part lastWord; // guarded by the gate

    private volatile int owed;
    private volatile int gate; // GOING_DOWN
    private volatile boolean overtaken;
    private volatile CommandError ownFailure;
    private volatile Queue<Part> waiting;

    /** A run that has not begun. */
    public ChainRun(Snapshot chain, Command command, Principal principal, String source, Pipeline.End end) {
        super(command, principal, source);
        this.chain = chain;
        this.end = end;
        this.isMeasured = chain.engine.begins();
        OWED.set(this, 1); // the way down; plain, since nobody else knows the run yet, and a fence is not free
    }

    @Override
    public void down() {
        work(false);
    }

    @Override
    public void up(Part next) {
        if (isOver()) {
            return;
        }
        if (next.status() == PartStatus.FAILED
                && (gate == GOING_DOWN || Failures.isLastWord(next.error().orElseThrow()))) {
            overtake(next);
        } else if (ownFailure != null) {
            return; // the chain's own FAILED part is on its way
        } else if (OWED.compareAndSet(this, 0, 1)) {
            begin(next);
            work(false);
        } else if (owed > chain.engine.maxWaitingParts() && !next.status().isTerminal()) {
            overflow();
        } else {
            queue(next);
        }
    }

    private void queue(Part next) {
        if (waiting == null) {
            WAITING.compareAndSet(this, null, new ConcurrentLinkedQueue<Part>());
        }
        waiting.add(next); // before it is counted: who sees the count finds the part
        if ((int) OWED.getAndAdd(this, 1) == 0) {
            Part first = waiting.poll();
            if (first != null && !isOver()) {
                begin(first);
                work(false);
            } else if (takeNext()) {
                work(false);
            }
        }
    }

    private boolean isOver() {
        return overtaken || gate == ENDED;
    }

    private void begin(Part next) {
        part = next;
        cursor = 0;
    }

    /** The owner walks on; a loop, so that neither many handlers nor many parts cost stack. */
    private void work(boolean mayBlock) {
        do {
            if (!walk(mayBlock)) {
                return;
            }
            if (goingUp) {
                finishPart();
            } else if (!finishDown()) {
                return;
            }
        } while (takeNext());
    }

    /** One thing is done. {@code false} when there is no other: then the caller is the owner no longer. */
    private boolean takeNext() {
        while ((int) OWED.getAndAdd(this, -1) > 1) {
            Part next = waiting.poll();
            if (next != null && !isOver()) {
                begin(next);
                return true;
            }
        }
        return false;
    }

    /** Calls the handlers that are left. {@code false} when a stage or a pool task owns the run now: then nothing of it may be touched. */
    private boolean walk(boolean mayBlock) {
        Step[] steps = goingUp ? chain.upSteps : chain.downSteps;
        while (cursor < steps.length && !overtaken) {
            if (isToBecomeFailed && cursor >= chain.exceptionAt) {
                becomeFailed();
            }
            Step step = steps[cursor];
            if (error != null && !step.runsOnError) {
                cursor++;
            } else if (step.blocking && !mayBlock) {
                if (changesThread(step)) {
                    return false;
                }
            } else {
                cursor++;
                if (!call(step)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean changesThread(Step step) {
        Runnable rest = () -> work(true);
        if (goingUp) {
            chain.engine.pool.always(rest);
            return true;
        }
        if (chain.engine.pool.offer(rest)) {
            return true;
        }
        cursor++;
        fail(Failures.noThread(step));
        seeFailure();
        return false;
    }

    private boolean call(Step step) {
        if (isMeasured) {
            begunNanos = chain.engine.nanos();
        }
        Throwable thrown = null;
        try {
            CompletionStage<Void> stage = step.call(this);
            if (stage == null) {
                thrown = new NullPointerException("the handler returned null instead of a stage");
            } else if (stage != PipelineHandler.NEXT && !StageWait.isNeedless(stage)) {
                return waitFor(step, stage);
            }
        } catch (VirtualMachineError e) {
            throw e; // never answered; the deadline ends the command
        } catch (Throwable e) {
            thrown = e;
        }
        settle(step, thrown);
        return true;
    }

    private boolean waitFor(Step step, CompletionStage<Void> stage) {
        StageWait wait = new StageWait(this, step);
        try {
            stage.whenComplete(wait);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            wait.accept(null, e);
        }
        if (wait.park()) {
            return false;
        }
        settle(step, wait.thrown());
        return true;
    }

    /** The stage that owned the run has completed. */
    void resume(Step step, Throwable thrown) {
        settle(step, thrown);
        work(false);
    }

    private void settle(Step step, Throwable wrapped) {
        if (isMeasured) {
            step.measured(chain.engine.nanos() - begunNanos);
        }
        if (overtaken) {
            return;
        }
        boolean isBroken = false;
        boolean isSecond = isFailureSeen;
        if (wrapped != null) {
            Throwable thrown = Failures.unwrapped(wrapped);
            fail(Failures.ofThrown(step, thrown, goingUp));
            isBroken = !(thrown instanceof CommandException);
            if (isBroken) {
                step.failed(thrown);
            }
        }
        if (error != null && !isFailureSeen) {
            seeFailure();
        }
        if (goingUp && isBroken && (isSecond || cursor > chain.exceptionAt)) {
            // Broken while or after the failure became a part: no other handler is trusted with it.
            becomeFailed();
            cursor = chain.upSteps.length;
        }
    }

    private void seeFailure() {
        isFailureSeen = true;
        if (!goingUp) {
            error = Failures.onTheWayDown(error);
            return;
        }
        error = Failures.onTheWayUp(error, part);
        isToBecomeFailed = true;
        ownFailure = error;
        if (!part.status().isTerminal()) {
            abort(error);
        }
    }

    private void becomeFailed() {
        isToBecomeFailed = false;
        part = Part.failed(error).build();
    }

    /** {@code false} when the caller is the owner no longer. */
    private boolean finishDown() {
        CommandError refused = error;
        Command passed = command;
        goingUp = true;
        if (!GATE.compareAndSet(this, GOING_DOWN, OPEN)) {
            return true;
        }
        // Given up before the call, so that a reply that comes within it goes up at once and needs no queue.
        boolean isReleased = OWED.compareAndSet(this, 1, 0);
        try {
            if (refused == null) {
                end.execute(passed);
            } else {
                end.refuse(refused);
            }
        } catch (RuntimeException e) {
            LOG.error("The end of the pipeline threw at {}; its deadline will end it", passed, e);
        }
        return !isReleased;
    }

    private void finishPart() {
        if (isToBecomeFailed) {
            becomeFailed();
        }
        Part passed = part;
        part = null;
        if (overtaken) {
            return;
        }
        if (passed.status().isTerminal()) {
            if (GATE.compareAndSet(this, OPEN, ENDED)) {
                sendTerminal(passed);
            }
        } else if (GATE.compareAndSet(this, OPEN, SENDING)) {
            dataSent += passed.status() == PartStatus.DATA ? 1 : 0;
            send(passed);
            if (!GATE.compareAndSet(this, SENDING, OPEN)) {
                gate = ENDED;
                sendTerminal(lastWord);
            }
        }
    }

    private void overtake(Part word) {
        // Before the owner can see that it is overtaken and leave handlers out: from here on it neither executes nor
        // refuses.
        GATE.compareAndSet(this, GOING_DOWN, OPEN);
        if (!OVERTAKEN.compareAndSet(this, false, true)) {
            return;
        }
        CommandError own = ownFailure;
        CommandContext last =
                new CommandContext(this, own == null ? word : Part.failed(own).build());
        try {
            LastWord.pass(chain, last);
        } finally {
            sendLast(last.part);
            if (waiting != null) {
                waiting.clear();
            }
        }
    }

    private void sendLast(Part last) {
        lastWord = last;
        for (; ; ) {
            if (GATE.compareAndSet(this, OPEN, ENDED)) {
                sendTerminal(last);
                return;
            }
            if (GATE.compareAndSet(this, SENDING, SENDING_BEFORE_LAST) || gate == ENDED) {
                return;
            }
        }
    }

    private void overflow() {
        CommandError error = Failures.tooManyWait(chain.engine.maxWaitingParts());
        ownFailure = error;
        abort(error);
        overtake(Part.failed(error).build());
    }

    private void abort(CommandError reason) {
        try {
            end.abort(reason);
        } catch (RuntimeException e) {
            LOG.error("The end of the pipeline threw when told to abort {}", command, e);
        }
    }

    private void sendTerminal(Part terminal) {
        chain.engine.ends(terminal);
        send(
                terminal.finalCount() == dataSent
                        ? terminal
                        : terminal.toBuilder().finalCount(dataSent).build());
    }

    private void send(Part passed) {
        try {
            end.send(passed);
        } catch (RuntimeException e) {
            LOG.error("The end of the pipeline threw at {} of {}", passed, command, e);
        }
    }
}
