package io.sommelier.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A bounded first-in-first-out queue of commands towards one channel: many threads offer, one thread takes. The entries are the nodes (after D. Vyukov's intrusive
 * MPSC queue), so it allocates nothing. An entry may be in one queue at a time.
 */
@ProviderType
public final class SendQueue {
    private static final int CLOSED = 1 << 30;
    private static final int SPINS = 100;
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(SendQueue.class, "head", SendNode.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int capacity;
    private final AtomicInteger size = new AtomicInteger();
    private final SendNode stub = new SendNode();
    private volatile SendNode head = stub;
    private SendNode tail = stub;

    /**
     * An empty queue.
     *
     * @param capacity how many entries it holds, 1 to 2^29; entries that have ended count until they are taken out
     * @throws IllegalArgumentException when it is out of that range
     */
    public SendQueue(int capacity) {
        if (capacity < 1 || capacity > 1 << 29) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + " is out of range, allowed are 1 to " + (1 << 29));
        }
        this.capacity = capacity;
    }

    /** Puts an entry at the end; {@code false} when the queue is full or closed. Any thread. */
    public boolean offer(Outgoing entry) {
        int count;
        do {
            count = size.get();
            if (count >= capacity) { // also when closed: the bit is above every capacity
                return false;
            }
        } while (!size.compareAndSet(count, count + 1));
        push(entry);
        return true;
    }

    private void push(SendNode node) {
        node.next = null;
        SendNode before = (SendNode) HEAD.getAndSet(this, node);
        before.next = node;
    }

    /**
     * Takes the first entry, or {@code null} when there is none. It may wait for some instructions of a thread that is
     * just offering. The one taking thread; an entry is forgotten by the queue as it is taken.
     */
    public Outgoing poll() {
        if ((size.get() & ~CLOSED) == 0) {
            return null;
        }
        // The count was raised before the node was linked, so a node is there or just being linked: the wait is a few
        // instructions of the offering thread.
        SendNode first = tail;
        if (first == stub) {
            first = awaitNext(stub);
            tail = first;
        }
        SendNode second = first.next;
        if (second == null) {
            if (first == head) {
                push(stub);
            }
            second = awaitNext(first);
        }
        tail = second;
        first.next = null;
        size.getAndDecrement();
        return (Outgoing) first;
    }

    private static SendNode awaitNext(SendNode node) {
        SendNode next = node.next;
        for (int spins = 0; next == null; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // the offering thread has lost its processor: it may need this one
            }
            next = node.next;
        }
        return next;
    }

    /** The number of entries; 0 for none. Any thread. */
    public int size() {
        return size.get() & ~CLOSED;
    }

    /**
     * Refuses every later offer. What is in the queue stays, and is taken by {@link #poll}: who polls after this until
     * {@code null} comes has every entry of which an offer said, or will say, {@code true}. Any thread. Idempotent.
     */
    public void close() {
        size.getAndUpdate(count -> count | CLOSED);
    }
}
