package io.sommelier.controller;

/** Times since the start, and in each of the last slots of time. Confined to the lock of {@link Latencies}. */
final class LatencySlots {
    /** How many slots that are over are shown beside the running one. */
    static final int OVER = 3;

    private static final int FIXED_BYTES = 64;

    private final LatencyCounts.Past[] over =
            new LatencyCounts.Past[OVER]; // the latest first; null where nothing was measured
    private LatencyCounts.Past beforeRunning; // all since the start; null while there is none
    private LatencyCounts running;

    void record(long nanos, long weight) {
        if (running == null) {
            running = LatencyCounts.kept();
        }
        running.record(nanos, weight);
    }

    /** So many slots passed, one at least. */
    void pass(long slots) {
        LatencyCounts.Past past = running == null ? null : running.past();
        for (int i = OVER - 1; i >= 0; i--) {
            long from = i - slots;
            over[i] = from >= 0 ? over[(int) from] : from == -1 ? past : null;
        }
        if (running != null) {
            LatencyCounts all = LatencyCounts.sum();
            addAllTo(all);
            beforeRunning = all.past();
            running = null;
        }
    }

    /** What was measured in the running slot, or {@code null}. */
    LatencyCounts running() {
        return running;
    }

    /** Adds what was measured in the running slot, and in those that are shown beside it. */
    void addRecentTo(LatencyCounts sum) {
        if (running != null) {
            sum.addAll(running);
        }
        for (LatencyCounts.Past past : over) {
            if (past != null) {
                sum.addAll(past);
            }
        }
    }

    /** Adds what was measured since the start. */
    void addAllTo(LatencyCounts sum) {
        if (beforeRunning != null) {
            sum.addAll(beforeRunning);
        }
        if (running != null) {
            sum.addAll(running);
        }
    }

    /** About how many bytes of the heap it takes. */
    int bytes() {
        int bytes = FIXED_BYTES + (beforeRunning == null ? 0 : beforeRunning.bytes());
        bytes += running == null ? 0 : running.bytes();
        for (LatencyCounts.Past past : over) {
            bytes += past == null ? 0 : past.bytes();
        }
        return bytes;
    }
}
