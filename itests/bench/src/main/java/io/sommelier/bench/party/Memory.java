package io.sommelier.bench.party;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory that a process holds. What is not known is NaN. Immutable.
 *
 * @param heapBytes what lives on the Java heap
 * @param directBytes direct buffers
 * @param residentBytes what the operating system counts for the process
 */
public record Memory(double heapBytes, double directBytes, double residentBytes) {
    /** Nothing is known. */
    public static final Memory UNKNOWN = new Memory(Double.NaN, Double.NaN, Double.NaN);

    /** Collects garbage, twice, and then looks at this process. */
    public static Memory afterCollection() {
        System.gc();
        System.gc();
        double direct = Math.max(0, PlatformDependent.usedDirectMemory()); // Netty's, without cleaner
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                direct += pool.getMemoryUsed();
            }
        }
        return new Memory(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), direct, resident("self"));
    }

    /** What the operating system knows of a process on this machine: the resident bytes, garbage included. */
    public static Memory ofProcess(long pid) {
        return new Memory(Double.NaN, Double.NaN, resident(Long.toString(pid)));
    }

    private static double resident(String process) {
        Path status = Path.of("/proc", process, "status");
        if (!Files.isReadable(status)) {
            return Double.NaN;
        }
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Double.parseDouble(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return Double.NaN;
        } catch (IOException e) {
            return Double.NaN; // the process has ended
        }
    }

    String toLine() {
        return heapBytes + " " + directBytes + " " + residentBytes;
    }

    static Memory parse(String line) {
        String[] words = line.split(" ");
        return new Memory(Double.parseDouble(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }
}
