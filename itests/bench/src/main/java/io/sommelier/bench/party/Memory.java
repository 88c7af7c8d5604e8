package io.sommelier.bench.party;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that a process holds. What is not known is NaN. Immutable.
 *
 * @param heapBytes what lives on the Java heap
 * @param directBytes direct buffers
 * @param residentBytes what the operating system counts for the process
 */
public record Memory(double heapBytes, double directBytes, double residentBytes) {
    private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
    private static final int LIMIT_SECONDS = 60;

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

    /**
     * Another process on this machine: what the operating system counts for it and, of a Java virtual machine, its heap
     * after a garbage collection, by {@code jcmd}.
     */
    public static Memory ofProcess(long pid) {
        double heap = heapAfterCollection(pid);
        return new Memory(heap, Double.NaN, resident(Long.toString(pid)));
    }

    private static double heapAfterCollection(long pid) {
        // the histogram counts what lives: it collects first, whatever the options say of System.gc()
        Matcher live = LIVE_BYTES.matcher(jcmd(pid, "GC.class_histogram"));
        return live.find() ? Double.parseDouble(live.group(1)) : Double.NaN;
    }

    /** What it says, or nothing where it cannot be asked. */
    private static String jcmd(long pid, String question) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Path said = null;
        try {
            said = Files.createTempFile("sommelier-bench-", ".jcmd");
            Process asked = new ProcessBuilder(tool, Long.toString(pid), question)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!asked.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                asked.destroyForcibly();
                return "";
            }
            return Files.readString(said);
        } catch (IOException e) {
            return ""; // a Java without tools: the heap is not known
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } finally {
            if (said != null) {
                said.toFile().delete();
            }
        }
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
