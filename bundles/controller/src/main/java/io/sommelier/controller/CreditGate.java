package io.sommelier.controller;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Between the pipeline and the caller of a stream: a handler may make DATA larger or smaller than the member sent it, and credit is counted in what the caller gets. DATA beyond it waits here. Thread-safe;
 * parts leave one at a time, in order, on the thread that brought a part or credit.
 *
 * <p>Once all that went up the pipeline has left, the member is given what the caller still takes, no more and no less: what handlers took away is given again at once, what they added is kept back
 * from the credit that comes. Until then it may be ahead by what it had been given before.
 */
final class CreditGate {
    /** How many bytes of one reply wait at most; one that would need more ends. */
    static final long MOST_WAITING_BYTES = 16 << 20;

    private final Pending first;
    private final Pending live;
    private final AtomicInteger work = new AtomicInteger();

    // Under the lock of this.
    private final Deque<Part> waiting = new ArrayDeque<>(1);
    private long waitingBytes;
    private long credit;
    private long enteredBytes;
    private long enteredParts;
    private long leftBytes;
    private long leftParts;
    private boolean hasTerminal;

    private volatile long gainBytes;

    /**
     * @param first sends what leaves
     * @param live is told when the member may have more
     * @param credit what the caller has given so far
     */
    CreditGate(Pending first, Pending live, long credit) {
        this.first = first;
        this.live = live;
        this.credit = credit;
    }

    /** How many bytes the member may send beyond what the caller has given; negative when it may send less. */
    long gainBytes() {
        return gainBytes;
    }

    /** DATA of the member goes up the pipeline. */
    synchronized void enters(Part data) {
        enteredBytes += data.cost();
        enteredParts++;
    }

    /** The caller takes more. */
    void credit(long bytes) {
        synchronized (this) {
            credit = credit + bytes < credit ? Long.MAX_VALUE : credit + bytes;
        }
        letOut();
    }

    /** Takes what passed the pipeline. A failure that no member answered does not stand behind what waits, which is dropped. */
    void pass(Part part) {
        boolean isTooMuch;
        synchronized (this) {
            if (hasTerminal) {
                return;
            }
            hasTerminal = part.status().isTerminal();
            if (hasTerminal && !isAnswer(part)) {
                dropWaiting();
            }
            isTooMuch = !hasTerminal && waitingBytes + part.cost() > MOST_WAITING_BYTES;
            if (!isTooMuch) {
                waiting.add(part);
                waitingBytes += part.cost();
            }
        }
        if (isTooMuch) {
            refuse();
        } else {
            letOut();
        }
    }

    private static boolean isAnswer(Part terminal) {
        return terminal.status() == PartStatus.COMPLETE
                || terminal.error().orElseThrow().outcome() == Outcome.EXECUTED;
    }

    private void refuse() {
        CommandError error = CommandError.of(
                ErrorCode.REPLY_TOO_LARGE,
                Outcome.REPLY_LOST,
                Stage.RETURN,
                "the pipeline made the reply more than " + MOST_WAITING_BYTES
                        + " bytes larger than its caller takes now");
        first.abort(error);
        pass(Part.failed(error).build());
    }

    /** Drops what waits, if the end is among it, and ends otherwise; {@code false} when it is not there yet, or has left. */
    boolean giveUp(Part failed) {
        synchronized (this) {
            if (!hasTerminal || waiting.isEmpty()) {
                return false;
            }
            dropWaiting();
            waiting.add(failed);
        }
        letOut();
        return true;
    }

    private void dropWaiting() {
        waiting.clear();
        waitingBytes = 0;
    }

    private void letOut() {
        if (work.getAndIncrement() != 0) {
            return; // the one at work looks again
        }
        int seen = 1;
        do {
            for (Part next = next(); next != null; next = next()) {
                first.deliver(next);
                if (next.status() == PartStatus.DATA && isGainChanged()) {
                    live.gained();
                }
            }
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private synchronized Part next() {
        Part next = waiting.peek();
        if (next == null || next.status() == PartStatus.DATA && credit <= 0) {
            return null;
        }
        waiting.remove();
        waitingBytes -= next.cost();
        if (next.status() == PartStatus.DATA) {
            credit -= next.cost();
            leftBytes += next.cost();
            leftParts++;
        } else if (next.status() == PartStatus.FAILED && next.finalCount() != leftParts) {
            return next.toBuilder().finalCount(leftParts).build();
        }
        return next;
    }

    /** What is still on its way has not shown yet how large it becomes. */
    private synchronized boolean isGainChanged() {
        long gain = enteredBytes - leftBytes;
        if (enteredParts != leftParts || gain == gainBytes) {
            return false;
        }
        gainBytes = gain;
        return true;
    }
}
