package io.sommelier.wire.serving;

import io.sommelier.api.Part;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Passes parts on in order and one at a time, whichever threads bring them. Thread-safe, without locks.
 *
 * <p>Whoever finds the lane free takes it and delivers on its own thread, which costs two compare-and-sets. Whoever finds it taken, by another thread or by itself further
 * up its stack, leaves the part to the taker, which delivers it before it leaves the lane.
 *
 * <p>The state word of the lane has room for marks of the subclass, so that taking the lane and, say, ending a command are one atomic step.
 */
abstract class PartLane {
    private static final int TAKEN = 1;
    private static final int WAITING = 2;
    /** The lowest bit that a subclass may use as a mark. */
    static final int FIRST_MARK = 4;

    private static final VarHandle STATE;
    private static final VarHandle QUEUE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(PartLane.class, "state", int.class);
            QUEUE = lookup.findVarHandle(PartLane.class, "queue", Queue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int state;
    private volatile Queue<Part> queue;

    /** Delivers the next part. Called in the lane, so one call at a time, each seeing all that the one before wrote. */
    abstract void deliver(Part part);

    /** Delivers a part that waited for the lane, so that marks may have been set since it was passed. Called as {@link #deliver} is. */
    void deliverWaiting(Part part) {
        deliver(part);
    }

    /**
     * Attends to marks. Called in the lane, before it is left.
     *
     * @return marks to be set, whereupon it is called again; 0 when there is nothing to do
     */
    int attend(int marks) {
        return 0;
    }

    /** Whether one of the marks is set. */
    final boolean isMarked(int marks) {
        return (state & marks) != 0;
    }

    /**
     * Sets marks and passes a part on, in one atomic step.
     *
     * @return {@code false} when one of the barring marks was set already; nothing was done then
     */
    final boolean pass(Part part, int barring, int marks) {
        while (true) {
            int before = state;
            if ((before & barring) != 0) {
                return false;
            }
            if ((before & (TAKEN | WAITING)) == 0) {
                if (STATE.compareAndSet(this, before, before | TAKEN | marks)) {
                    try {
                        deliver(part);
                    } finally {
                        leave();
                    }
                    return true;
                }
            } else if (STATE.compareAndSet(this, before, before | marks)) {
                queue().add(part);
                mark(WAITING);
                return true;
            }
        }
    }

    /** Passes a part on from another thread, soon, and before those that come after it. */
    final void passLater(Part part, Executor elsewhere) {
        queue().add(part);
        STATE.getAndBitwiseOr(this, WAITING); // from now on nobody overtakes it
        elsewhere.execute(() -> mark(WAITING));
    }

    /**
     * Takes the lane for something else than a part; {@link #leave} must follow.
     *
     * @return {@code false} when the lane is taken, or one of the barring marks is set
     */
    final boolean enter(int barring) {
        while (true) {
            int before = state;
            if ((before & (barring | TAKEN | WAITING)) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, before, before | TAKEN)) {
                return true;
            }
        }
    }

    /**
     * Sets marks that nobody is to attend to.
     *
     * @return {@code false} when the lane is taken, or one of the barring marks is set; nothing was done then
     */
    final boolean markUnlessTaken(int barring, int marks) {
        while (true) {
            int before = state;
            if ((before & (barring | TAKEN | WAITING)) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, before, before | marks)) {
                return true;
            }
        }
    }

    /**
     * Sets marks and has them attended to in the lane: by this thread before it returns, or by whoever is in the lane.
     *
     * @return the marks that were set before
     */
    final int mark(int marks) {
        while (true) {
            int before = state;
            if (STATE.compareAndSet(this, before, before | TAKEN | marks)) {
                if ((before & TAKEN) == 0) {
                    leave();
                }
                return before;
            }
        }
    }

    /** Leaves the lane, with all done that came meanwhile: it cannot be left while the word differs from the one that was attended to. */
    final void leave() {
        while (true) {
            int now = state;
            if ((now & WAITING) != 0) {
                STATE.getAndBitwiseAnd(this, ~WAITING);
                deliverQueue();
                continue;
            }
            int attended = attend(now);
            if (attended != 0) {
                STATE.getAndBitwiseOr(this, attended);
            } else if (STATE.compareAndSet(this, now, now & ~TAKEN)) {
                return;
            }
        }
    }

    private void deliverQueue() {
        Queue<Part> parts = queue();
        for (Part part = parts.poll(); part != null; part = parts.poll()) {
            deliverWaiting(part);
        }
    }

    /** Made when two parts first meet, which for most commands is never. */
    private Queue<Part> queue() {
        Queue<Part> made = queue;
        if (made == null) {
            QUEUE.compareAndSet(this, null, new ConcurrentLinkedQueue<Part>());
            made = queue;
        }
        return made;
    }
}
