package io.sommelier.controller;

import io.sommelier.api.admin.LatencyView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long commands took, by target and operation. Thread-safe. Who ends a command pays a look at a field, and now and then, when its time is measured, the clock and a
 * place in a ring; everything else is done later by the thread that counts.
 *
 * <p>Which commands are measured does not depend on how long they took, but for those that outlived a tick of the deadline wheel: these all are. Each stands for as many as
 * were passed over, so that the shares are true.
 */
final class Latencies {
    /** How often times are counted. */
    static final long COUNT_MILLIS = 100;

    private static final long SCATTER = 0x9E3779B97F4A7C15L;

    private final Controller controller;
    private final LatencySamples samples = new LatencySamples();
    private final LongAdder unrecorded = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<OperationEntry> thinned =
            new HashSet<>(); // those of which not every command is measured; under the lock
    private final int maxRecords;
    private int records; // under the lock

    /** @param maxRecords of so many operations at most times are kept, a few KiB each */
    Latencies(Controller controller, int maxRecords) {
        this.controller = controller;
        this.maxRecords = maxRecords;
    }

    /** As many operations as a heap of that size may keep the times of. */
    static int maxRecords(long heapBytes) {
        return (int) Math.max(1000, Math.min(1_000_000, heapBytes / (32 * 1024)));
    }

    /**
     * Whether the time of a command is to be measured that a member had and that ends now.
     *
     * @param scatter anything that differs from command to command, and has nothing to do with how long they take
     * @param isSlow whether it outlived a tick of the wheel
     * @return for how many commands it stands, or 0: it is not measured
     */
    long weigh(OperationEntry row, long scatter, boolean isSlow) {
        int shift = isSlow ? 0 : row.sampleShift();
        long bits = scatter * SCATTER;
        if (!isChosen(bits, shift)) {
            return 0;
        }
        int level = samples.level();
        if (level > shift) {
            shift = level;
            if (!isChosen(bits, shift)) {
                return 0;
            }
        }
        return 1L << shift;
    }

    private static boolean isChosen(long bits, int shift) {
        return shift == 0 || bits >>> Long.SIZE - shift == 0;
    }

    /** A command that was weighed took so long. */
    void ended(OperationEntry row, long tookNanos, long weight) {
        samples.offer(row, tookNanos, weight);
    }

    /** Counts what was measured since the last time; leaves it for later when somebody looks just now. */
    void count() {
        if (lock.tryLock()) {
            try {
                countLocked();
            } finally {
                lock.unlock();
            }
        }
    }

    private void countLocked() {
        long now = controller.nanos();
        samples.drainTo((row, tookNanos, weight) -> {
            LatencyRecord record = row.latency();
            if (record == null) {
                if (records >= maxRecords) {
                    unrecorded.increment();
                    return;
                }
                records++;
                record = new LatencyRecord(now);
                row.latency(record);
            }
            int shift = record.record(tookNanos, weight, now);
            if (shift != row.sampleShift()) {
                row.sampleShift(shift);
                thinned.add(row);
            }
        });
        thinned.removeIf(row -> {
            int shift = row.latency().refresh(now);
            row.sampleShift(shift);
            return shift == 0;
        });
    }

    /** Counts the operations whose times are kept anew, since some were forgotten. */
    void recount(Iterable<TargetEntry> targets) {
        lock.lock();
        try {
            int kept = 0;
            for (TargetEntry target : targets) {
                for (OperationEntry row : target.rows()) {
                    kept += row.latency() == null ? 0 : 1;
                }
            }
            records = kept;
        } finally {
            lock.unlock();
        }
    }

    /** Adds the rows of that target: all its operations together, and each of them; none where nothing was measured. */
    void addTo(List<LatencyView> views, TargetEntry target) {
        LatencyCounts recent = LatencyCounts.sum();
        LatencyCounts sinceStart = LatencyCounts.sum();
        List<LatencyView> rows = new ArrayList<>();
        lock.lock();
        try {
            countLocked();
            long now = controller.nanos();
            for (OperationEntry row : target.rows()) {
                if (row.latency() != null) {
                    rows.add(view(target.targetId(), row, now, recent, sinceStart));
                }
            }
        } finally {
            lock.unlock();
        }
        if (!rows.isEmpty()) {
            views.add(new LatencyView(
                    target.targetId(), "", LatencyRecord.times(recent), LatencyRecord.times(sinceStart)));
            rows.sort(Comparator.comparing(LatencyView::operation));
            views.addAll(rows);
        }
    }

    private static LatencyView view(
            String targetId, OperationEntry row, long now, LatencyCounts allRecent, LatencyCounts allSinceStart) {
        LatencyCounts recent = LatencyCounts.sum();
        LatencyCounts sinceStart = LatencyCounts.sum();
        row.latency().addRecentTo(recent, now);
        row.latency().addAllTo(sinceStart);
        allRecent.addAll(recent);
        allSinceStart.addAll(sinceStart);
        return new LatencyView(targetId, row.operation(), LatencyRecord.times(recent), LatencyRecord.times(sinceStart));
    }

    /** How many times were measured and not counted, since too many came at once, or operations have them already. */
    long missed() {
        return samples.missed() + unrecorded.sum();
    }
}
