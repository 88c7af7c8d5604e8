package io.sommelier.bench.party;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads what this process has used. Not thread-safe.
 *
 * <p>Java 17 tells the allocated bytes of live threads alone, so what a thread allocated between the last reading and
 * its end is lost. The threads that carry commands live as long as the process.
 */
public final class UsageMeter {
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private Map<Long, Long> lastByThread = new HashMap<>();
    private long allocatedBytes;

    /** The use up to now. */
    public Usage read() {
        Map<Long, Long> byThread = new HashMap<>();
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        for (int i = 0; i < ids.length; i++) {
            if (bytes[i] >= 0) { // negative: the thread ended meanwhile
                byThread.put(ids[i], bytes[i]);
                allocatedBytes += bytes[i] - lastByThread.getOrDefault(ids[i], 0L);
            }
        }
        lastByThread = byThread;
        return new Usage(system.getProcessCpuTime(), allocatedBytes);
    }
}
