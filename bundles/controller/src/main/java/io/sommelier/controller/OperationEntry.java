package io.sommelier.controller;

import io.sommelier.api.Outcome;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** One operation of one target: who serves it, and how its commands ended. Thread-safe. */
final class OperationEntry {
    /** The row of operations that no member ever served. */
    static final String OTHERS = "*";

    private final String operation;
    private final LongAdder[] ends = new LongAdder[Outcome.values().length + 1];
    private volatile MemberSet members = MemberSet.NONE;

    private volatile int sampleShift;
    // under the lock of Latencies
    private LatencyRecord latency;
    private boolean isLatencyRefused;

    private final Hold hold;
    private volatile boolean isExpected; // served no longer, and expected back
    private volatile long expectedUntilNanos;

    /** @param heldOfTarget counts what is held for the target */
    OperationEntry(String operation, AtomicInteger heldOfTarget) {
        this.operation = operation;
        this.hold = new Hold(heldOfTarget);
        for (int i = 0; i < ends.length; i++) {
            ends[i] = new LongAdder();
        }
    }

    String operation() {
        return operation;
    }

    /** Whether this is the row of operations that no member ever served. */
    boolean isOthers() {
        return operation.equals(OTHERS);
    }

    /** Its commands that wait for a member which is being replaced. */
    Hold hold() {
        return hold;
    }

    /** Of so many commands as two to that power the time of one is measured. */
    int sampleShift() {
        return sampleShift;
    }

    void sampleShift(int shift) {
        sampleShift = shift;
    }

    /** How long its commands took, or {@code null} while that is not kept. */
    LatencyRecord latency() {
        return latency;
    }

    void latency(LatencyRecord kept) {
        latency = kept;
    }

    /** There was no room for its times. */
    void latencyRefused() {
        isLatencyRefused = true;
    }

    /** Whether there was no room for its times once, so that none being kept does not mean that none were measured. */
    boolean isLatencyRefused() {
        return isLatencyRefused;
    }

    /** What serves it is being replaced, and is expected back until then. Called under the lock of the target. */
    void expectReturn(long untilNanos) {
        expectedUntilNanos = untilNanos;
        isExpected = true;
    }

    /** Whether it is expected to be served again. */
    boolean expectsReturn(long nowNanos) {
        return isExpected && nowNanos - expectedUntilNanos < 0;
    }

    MemberSet members() {
        return members;
    }

    /** Called under the lock of the target. */
    void members(MemberSet changed) {
        boolean isMore = changed.size() > members.size();
        members = changed;
        if (isMore) {
            isExpected =
                    false; // who comes, comes in its place; only now, so that whoever misses the one sees the other
        }
    }

    void countCompleted() {
        ends[0].increment();
    }

    void count(Outcome outcome) {
        ends[outcome.number()].increment();
    }

    /** Counts what the other has counted. */
    void addAll(OperationEntry other) {
        for (int i = 0; i < ends.length; i++) {
            ends[i].add(other.ends[i].sum());
        }
    }

    /** How many completed (0), or ended with the outcome of that number. */
    long ended(int number) {
        return ends[number].sum();
    }
}
