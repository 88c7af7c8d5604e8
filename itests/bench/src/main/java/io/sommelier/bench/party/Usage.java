package io.sommelier.bench.party;

import java.time.Duration;

/**
 * What a process has used since its start. What is not known is NaN, and stays so in sums. Immutable.
 *
 * @param cpuNanos processor time, of all threads
 * @param allocatedBytes bytes allocated on the Java heap
 */
public record Usage(double cpuNanos, double allocatedBytes) {
    /** Nothing is known. */
    public static final Usage UNKNOWN = new Usage(Double.NaN, Double.NaN);

    /**
     * What the operating system knows of a process on this machine: its processor time, in steps of some milliseconds.
     */
    public static Usage ofProcess(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .map(cpuNanos -> new Usage(cpuNanos, Double.NaN))
                .orElse(UNKNOWN);
    }

    /** What was used since the earlier reading. */
    public Usage since(Usage earlier) {
        return new Usage(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes);
    }

    /** The sum of both. */
    public Usage plus(Usage other) {
        return new Usage(cpuNanos + other.cpuNanos, allocatedBytes + other.allocatedBytes);
    }

    String toLine() {
        return cpuNanos + " " + allocatedBytes;
    }

    static Usage parse(String line) {
        String[] words = line.split(" ");
        return new Usage(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
    }
}
