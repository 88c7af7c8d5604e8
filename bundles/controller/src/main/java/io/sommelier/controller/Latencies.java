package io.sommelier.controller;

import io.sommelier.api.admin.LatencyView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long commands took, by target and operation: to their end, and to the first part of a reply that is streamed. Thread-safe. Who ends a command pays a look at a field, and
 * now and then, when its time is measured, the clock and a place in a ring; everything else is done later by the thread that counts.
 *
 * <p>Which commands are measured does not depend on how long they took, but for those that outlived a tick of the deadline wheel: these all are. Each stands for as many as
 * were passed over, so that the shares are true.
 *
 * <p>What is kept takes no more than so many bytes. When they are used up, times of further operations are not kept, and an operation whose own would take more loses what it has;
 * the views say so of each.
 */
final class Latencies {
    /** How often times are counted. */
    static final long COUNT_MILLIS = 100;

    /** One that took longer is measured whenever it is the first part of a reply. */
    static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long SCATTER = 0x9E3779B97F4A7C15L;
    /** All that is kept is looked through once in so many counts, so that idle operations let go of their slots. */
    private static final int COUNTS_OF_A_ROUND = 100;

    /** The slots of one operation begin so much later than those of the one before, by the golden ratio: however many there are, they lie far apart. */
    private static final long PHASE_NANOS = (long) (LatencyRecord.SLOT_NANOS * 0.618);

    private final Controller controller;
    private final LatencySamples samples = new LatencySamples();
    private final LongAdder unrecorded = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<OperationEntry> thinned =
            new HashSet<>(); // those of which not every command is measured; under the lock
    private final long maxBytes;
    // under the lock
    private List<LatencyRecord> records = new ArrayList<>();
    private long bytes;
    private int nextIdle;
    private long phaseNanos;

    /** @param maxBytes what the times of all operations may take of the heap */
    Latencies(Controller controller, long maxBytes) {
        this.controller = controller;
        this.maxBytes = maxBytes;
    }

    /** What the times of all operations may take of a heap of that size: one sixteenth. */
    static long maxBytes(long heapBytes) {
        return heapBytes / 16;
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

    /** The first part of the reply to a command that was weighed came after so long. */
    void firstPart(OperationEntry row, long tookNanos, long weight) {
        samples.offer(row, tookNanos, -weight); // the ring has no field for which of the two it is
    }

    /** Counts what was measured since the last time; leaves it for later when somebody looks just now. */
    void count() {
        if (lock.tryLock()) {
            try {
                countLocked();
                refreshSome();
            } finally {
                lock.unlock();
            }
        }
    }

    private void countLocked() {
        long now = controller.nanos();
        samples.drainTo((row, tookNanos, weight) -> count(row, tookNanos, weight, now));
        thinned.removeIf(row -> {
            LatencyRecord record = row.latency();
            int shift = record == null || record.isDropped() ? 0 : refresh(record, now);
            row.sampleShift(shift);
            return shift == 0;
        });
    }

    private void count(OperationEntry row, long tookNanos, long weight, long now) {
        LatencyRecord record = row.latency();
        if (record == null) {
            if (bytes > maxBytes - maxBytes / 8) { // who has a place may grow
                unrecorded.increment();
                row.latencyRefused();
                return;
            }
            record = new LatencyRecord(now, nextPhase());
            row.latency(record);
            records.add(record);
            bytes += record.bytes();
        } else if (record.isDropped()) { // its target was forgotten
            return;
        }
        int before = record.bytes();
        int shift =
                weight > 0 ? record.record(tookNanos, weight, now) : record.recordFirstPart(tookNanos, -weight, now);
        bytes += record.bytes() - before;
        if (bytes > maxBytes) {
            bytes -= record.bytes();
            record.dropped(true);
            row.latency(null);
            row.latencyRefused();
            shift = 0;
        }
        if (shift != row.sampleShift()) {
            row.sampleShift(shift);
            thinned.add(row);
        }
    }

    private long nextPhase() {
        phaseNanos = (phaseNanos + PHASE_NANOS) % LatencyRecord.SLOT_NANOS;
        return phaseNanos;
    }

    private int refresh(LatencyRecord record, long now) {
        int before = record.bytes();
        int shift = record.refresh(now);
        bytes += record.bytes() - before;
        return shift;
    }

    /** A few at a time, since this is the thread of the deadlines. */
    private void refreshSome() {
        long now = controller.nanos();
        for (int left = records.size() / COUNTS_OF_A_ROUND + 1; left > 0 && !records.isEmpty(); left--) {
            nextIdle = nextIdle < records.size() ? nextIdle : 0;
            LatencyRecord record = records.get(nextIdle);
            if (record.isDropped()) {
                LatencyRecord last = records.remove(records.size() - 1);
                if (last != record) {
                    records.set(nextIdle, last);
                }
            } else {
                refresh(record, now);
                nextIdle++;
            }
        }
    }

    /** Counts what is kept anew, since some operations were forgotten. */
    void recount(Iterable<TargetEntry> targets) {
        lock.lock();
        try {
            records.forEach(record -> record.dropped(true));
            List<LatencyRecord> kept = new ArrayList<>();
            long keptBytes = 0;
            for (TargetEntry target : targets) {
                for (OperationEntry row : target.rows()) {
                    LatencyRecord record = row.latency();
                    if (record != null) {
                        record.dropped(false);
                        kept.add(record);
                        keptBytes += record.bytes();
                    }
                }
            }
            records = kept;
            bytes = keptBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Adds the rows of that target: all its operations together, and each of them; none where nothing was measured. */
    void addTo(List<LatencyView> views, TargetEntry target) {
        Sums all = new Sums();
        boolean areAllKept = true;
        List<LatencyView> rows = new ArrayList<>();
        lock.lock();
        try {
            countLocked();
            long now = controller.nanos();
            for (OperationEntry row : target.rows()) {
                LatencyRecord record = row.latency();
                if (record != null) {
                    refresh(record, now);
                    Sums sums = new Sums();
                    sums.add(record);
                    all.add(sums);
                    rows.add(sums.view(target.targetId(), row.operation(), true));
                } else if (row.isLatencyRefused()) {
                    areAllKept = false;
                    rows.add(new Sums().view(target.targetId(), row.operation(), false));
                }
            }
        } finally {
            lock.unlock();
        }
        if (!rows.isEmpty()) {
            views.add(all.view(target.targetId(), "", areAllKept));
            rows.sort(Comparator.comparing(LatencyView::operation));
            views.addAll(rows);
        }
    }

    /** What was measured of one operation, or of several. */
    private static final class Sums {
        private final LatencyCounts recent = LatencyCounts.sum();
        private final LatencyCounts sinceStart = LatencyCounts.sum();
        private final LatencyCounts recentFirstPart = LatencyCounts.sum();
        private final LatencyCounts firstPartSinceStart = LatencyCounts.sum();

        void add(LatencyRecord record) {
            record.ends().addRecentTo(recent);
            record.ends().addAllTo(sinceStart);
            LatencySlots firstParts = record.firstParts();
            if (firstParts != null) {
                firstParts.addRecentTo(recentFirstPart);
                firstParts.addAllTo(firstPartSinceStart);
            }
        }

        void add(Sums others) {
            recent.addAll(others.recent);
            sinceStart.addAll(others.sinceStart);
            recentFirstPart.addAll(others.recentFirstPart);
            firstPartSinceStart.addAll(others.firstPartSinceStart);
        }

        LatencyView view(String targetId, String operation, boolean isKept) {
            return new LatencyView(
                    targetId,
                    operation,
                    times(recent),
                    times(sinceStart),
                    times(recentFirstPart),
                    times(firstPartSinceStart),
                    isKept);
        }
    }

    static LatencyView.Times times(LatencyCounts counts) {
        if (counts.total() == 0) {
            return LatencyView.Times.NONE;
        }
        return new LatencyView.Times(
                counts.total(),
                counts.measured(),
                counts.at(0.5),
                counts.at(0.9),
                counts.at(0.99),
                counts.at(0.999),
                counts.max());
    }

    /** What is kept takes about so many bytes of the heap. */
    long keptBytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** How many times were measured and not counted, since too many came at once, or there was no room for those of their operation. */
    long missed() {
        return samples.missed() + unrecorded.sum();
    }
}
