package io.sommelier.controller;

/** Times since the start, and in each of the last slots of time. Confined to the lock of {@link Latencies}. */
final class LatencySlots {
    /** How many slots that are over are shown beside the running one. */
    static final int OVER = 3;

    private static final int FIXED_BYTES = 64;

    private final LatencyCounts sinceStart = new LatencyCounts();
    private final LatencyCounts[] over = new LatencyCounts[OVER]; // the latest first; null where nothing was measured
    private LatencyCounts running;

    void record(long nanos, long weight) {
        if (running == null) {
            running = new LatencyCounts();
        }
        running.record(nanos, weight);
        sinceStart.record(nanos, weight);
    }

    /** So many slots passed, one at least. */
    void pass(long slots) {
        for (int i = OVER - 1; i >= 0; i--) {
            long from = i - slots;
            over[i] = from >= 0 ? over[(int) from] : from == -1 ? running : null;
        }
        running = null;
    }

    /** What was measured in the running slot, or {@code null}. */
    LatencyCounts running() {
        return running;
    }

    /** The sum of what was measured in the running slot, and in those that are shown beside it. */
    LatencyCounts recent() {
        LatencyCounts sum = new LatencyCounts();
        if (running != null) {
            sum.addAll(running);
        }
        for (LatencyCounts past : over) {
            if (past != null) {
                sum.addAll(past);
            }
        }
        return sum;
    }

    LatencyCounts sinceStart() {
        return sinceStart;
    }

    /** About how many bytes of the heap it takes. */
    int bytes() {
        int bytes = FIXED_BYTES + sinceStart.bytes() + (running == null ? 0 : running.bytes());
        for (LatencyCounts past : over) {
            bytes += past == null ? 0 : past.bytes();
        }
        return bytes;
    }
}
