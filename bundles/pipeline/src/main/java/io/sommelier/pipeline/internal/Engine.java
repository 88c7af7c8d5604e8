package io.sommelier.pipeline.internal;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Part;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** What all runs of a chain share: the pool for blocking handlers, the clock, the bounds, and how commands ended. Thread-safe. */
public final class Engine {
    final BlockingPool pool = new BlockingPool();
    private final LongSupplier nanoClock;
    private final int measuringMask;
    private final LongAdder commands = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder[] failed =
            Stream.generate(LongAdder::new).limit(ErrorCode.values().length).toArray(LongAdder[]::new);
    private volatile int maxWaitingParts;

    /**
     * An engine whose pool has no thread yet.
     *
     * @param nanoClock a monotonic clock, in nanoseconds
     * @param measuringMask a command is measured when a random number has none of these bits
     */
    public Engine(LongSupplier nanoClock, int measuringMask) {
        this.nanoClock = nanoClock;
        this.measuringMask = measuringMask;
    }

    /** Changes the bounds; what waits already stays. */
    public void resize(int blockingThreads, int blockingQueue, int waitingParts) {
        pool.resize(blockingThreads, blockingQueue);
        maxWaitingParts = waitingParts;
    }

    /** Counts a command that comes in, and says whether its handlers are measured. */
    boolean begins() {
        commands.increment();
        return (ThreadLocalRandom.current().nextInt() & measuringMask) == 0;
    }

    /** Counts a terminal that goes out. */
    void ends(Part terminal) {
        CommandError error = terminal.error().orElse(null);
        (error == null ? completed : failed[error.code().ordinal()]).increment();
    }

    long nanos() {
        return nanoClock.getAsLong();
    }

    int maxWaitingParts() {
        return maxWaitingParts;
    }

    /** How many commands came in. */
    public long commands() {
        return commands.sum();
    }

    /** How many replies ended COMPLETE. */
    public long completed() {
        return completed.sum();
    }

    /** How many ended FAILED, by code; only numbers above zero. */
    public Map<ErrorCode, Long> failed() {
        Map<ErrorCode, Long> counts = new EnumMap<>(ErrorCode.class);
        for (ErrorCode code : ErrorCode.values()) {
            long count = failed[code.ordinal()].sum();
            if (count > 0) {
                counts.put(code, count);
            }
        }
        return counts;
    }

    /** Lets idle threads end. */
    public void close() {
        pool.close();
    }
}
