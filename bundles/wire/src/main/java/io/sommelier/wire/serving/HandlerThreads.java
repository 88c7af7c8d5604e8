package io.sommelier.wire.serving;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a {@link HandlerExecutor}, and the queue before them, first in, first out, without a bound: that is kept by the executor. Thread-safe.
 *
 * <p>At most one thread is <b>coming</b> at a time: called, but without a task yet. Whoever adds a task calls a thread unless one is coming or all are busy; the one that came calls the next
 * before it begins its task, if more wait. So a burst wakes as many threads as find something to do, and tasks that block never keep others from a thread that is free. No call is lost: who adds
 * a task looks for a thread after that, and who has no task looks for tasks after he said so.
 *
 * <p>A thread that finds nothing looks again for some microseconds, if short waits are what came lately, before it sleeps: as the one that is coming, so that nobody is woken meanwhile. In
 * the whole process one thread for two processors does so at a time.
 */
final class HandlerThreads {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerThreads.class);

    /** About 20 µs, which is what a thread that sleeps costs. */
    private static final int LOOKS = 500;

    private static final long SHORT_WAIT_NANOS = 50_000;

    private static final Semaphore LOOKING = new Semaphore(Runtime.getRuntime().availableProcessors() / 2);

    private static final VarHandle COMING;

    static {
        try {
            COMING = MethodHandles.lookup().findVarHandle(HandlerThreads.class, "isOneComing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int most;
    private final ThreadFactory factory;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    // under this lock, which is never held across a call to others
    private final Object lock = new Object();
    private final Set<Worker> workers = new HashSet<>();
    private final Deque<Worker> sleeping;

    /** How many sleep or are not there yet; written under the lock. */
    private volatile int free;

    private volatile boolean isOneComing;
    private volatile boolean areWaitsShort;
    private volatile boolean closed;

    HandlerThreads(int most, ThreadFactory factory) {
        this.most = most;
        this.factory = factory;
        this.sleeping = new ArrayDeque<>(most);
        this.free = most;
    }

    /** Has one of the threads run the task; {@code false} when they are closed. */
    boolean execute(Runnable task) {
        if (closed) {
            return false;
        }
        tasks.add(task);
        if (closed && tasks.remove(task)) {
            return false;
        }
        callOne();
        return true;
    }

    /** Closes, interrupts what runs, and gives the tasks that nobody began. */
    List<Runnable> close() {
        List<Worker> present;
        synchronized (lock) {
            closed = true;
            present = List.copyOf(workers);
        }
        List<Runnable> left = new ArrayList<>();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            left.add(task);
        }
        present.forEach(worker -> worker.thread.interrupt());
        return left;
    }

    /** Waits for the threads to end, after {@link #close}; {@code false} when they take longer than that. */
    boolean awaitEnd(long limit, TimeUnit unit) throws InterruptedException {
        List<Worker> present;
        synchronized (lock) {
            present = List.copyOf(workers);
        }
        long end = System.nanoTime() + unit.toNanos(limit);
        for (Worker worker : present) {
            // at least 1 ms, since 0 is for ever
            worker.thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            if (worker.thread.isAlive()) {
                return false;
            }
        }
        return true;
    }

    /** How many threads there are. For tests. */
    int size() {
        synchronized (lock) {
            return workers.size();
        }
    }

    private void callOne() {
        while (free > 0 && !isOneComing && COMING.compareAndSet(this, false, true)) {
            Worker next = null;
            try {
                next = takeFree();
            } finally {
                if (next == null) {
                    isOneComing = false;
                }
            }
            if (next != null) {
                next.come();
                return;
            }
            if (closed || tasks.isEmpty()) {
                return; // else one that has gone to sleep meanwhile may have relied on this call
            }
        }
    }

    private Worker takeFree() {
        synchronized (lock) {
            Worker taken = sleeping.poll();
            if (taken == null && workers.size() < most && !closed) {
                taken = new Worker();
                workers.add(taken);
            }
            if (taken != null) {
                free--;
            }
            return taken;
        }
    }

    private final class Worker implements Runnable {
        private final Thread thread = factory.newThread(this);
        private volatile boolean isCalled;
        private boolean isStarted;
        private boolean isTheOneComing;

        /** It is called, by whoever made it the one that is coming. */
        void come() {
            if (isStarted) {
                isCalled = true;
                LockSupport.unpark(thread);
                return;
            }
            isStarted = true; // seen by who calls it next, since it has been under the lock between
            try {
                thread.start();
            } catch (OutOfMemoryError noThread) {
                LOG.warn(
                        "No thread could be started for command handlers, which wait for those that there are: {}",
                        noThread.toString());
                boolean doesOneSleep = leave();
                isOneComing = false;
                if (doesOneSleep && !tasks.isEmpty()) {
                    callOne();
                }
            }
        }

        private boolean leave() {
            synchronized (lock) {
                workers.remove(this);
                free++;
                return !sleeping.isEmpty();
            }
        }

        @Override
        public void run() {
            isTheOneComing = true;
            try {
                work();
            } finally { // an error of the virtual machine has ended it, if it is not closed
                leave();
                goOnWithoutThis();
            }
        }

        private void work() {
            while (!closed) {
                Runnable task = tasks.poll();
                if (task == null) {
                    task = lookAgain();
                }
                if (task == null) {
                    sleep();
                    continue;
                }
                if (isTheOneComing) {
                    goOnWithoutThis();
                }
                if (Thread.interrupted() && closed) { // what the task before left behind is none of this one's
                    thread.interrupt();
                }
                task.run();
            }
        }

        /** It is not the one that is coming any more; if more waits, another is to be. */
        private void goOnWithoutThis() {
            if (isTheOneComing) {
                isTheOneComing = false;
                isOneComing = false;
            }
            if (!closed && !tasks.isEmpty()) {
                callOne();
            }
        }

        private Runnable lookAgain() {
            if (!areWaitsShort || !isTheOneComing && !COMING.compareAndSet(HandlerThreads.this, false, true)) {
                return null;
            }
            isTheOneComing = true;
            if (!LOOKING.tryAcquire()) {
                return null;
            }
            try {
                for (int i = 0; i < LOOKS && !closed; i++) {
                    Thread.onSpinWait();
                    Runnable task = tasks.poll();
                    if (task != null) {
                        return task;
                    }
                }
            } finally {
                LOOKING.release();
            }
            areWaitsShort = false;
            return null;
        }

        private void sleep() {
            synchronized (lock) {
                isCalled = false;
                sleeping.push(this);
                free++;
            }
            goOnWithoutThis();
            long beganNanos = System.nanoTime();
            while (!isCalled && !closed) {
                LockSupport.park(HandlerThreads.this);
                Thread.interrupted(); // or it would not sleep; the end is told by the mark
            }
            isTheOneComing = isCalled;
            if (System.nanoTime() - beganNanos < SHORT_WAIT_NANOS) {
                areWaitsShort = true;
            }
        }
    }
}
