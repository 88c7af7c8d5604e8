package io.sommelier.mailbox.artemis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * Whether others read a mailbox: answered from memory, which the reader's thread refreshes twice a second for those that somebody asked about lately. {@link #ask} is
 * thread-safe, the rest belongs to that thread.
 */
final class Presence {
    private static final long PERIOD_NANOS = 500_000_000L;
    private static final long LATELY_NANOS = 10_000_000_000L;
    private static final int MOST = 1000;

    private final Map<String, Watch> watches = new ConcurrentHashMap<>();
    private long nextNanos = System.nanoTime();

    private static final class Watch {
        private volatile long askedNanos = System.nanoTime();
        private volatile boolean answer;
    }

    /** The answer as it was at most a second ago; {@code false} while there is none. */
    boolean ask(String queue) {
        Watch watch = watches.get(queue);
        if (watch == null) {
            if (watches.size() < MOST) {
                watches.putIfAbsent(queue, new Watch());
            }
            return false;
        }
        watch.askedNanos = System.nanoTime();
        return watch.answer;
    }

    void refreshWhenDue(ClientSession session, long now, ToIntFunction<String> ownConsumers) throws ActiveMQException {
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + PERIOD_NANOS;
        watches.values().removeIf(watch -> now - watch.askedNanos > LATELY_NANOS);
        for (Map.Entry<String, Watch> entry : watches.entrySet()) {
            ClientSession.QueueQuery query = session.queueQuery(SimpleString.of(entry.getKey()));
            entry.getValue().answer =
                    query.isExists() && query.getConsumerCount() > ownConsumers.applyAsInt(entry.getKey());
        }
    }

    long dueInNanos(long now) {
        return watches.isEmpty() ? PERIOD_NANOS : Math.max(1, nextNanos - now);
    }
}
