package io.sommelier.runtime.artemis;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.utils.ActiveMQThreadPoolExecutor;

/** The threads of the Artemis client, in place of its static pools, which nobody would own. Thread-safe. */
final class ClientThreads {
    private static final int MOST = 32;
    private static final int MOST_FLOW_CONTROL = 4;
    private static final long CALL_LIMIT_MILLIS = 5000;
    private static final long SILENCE_LIMIT_MILLIS = 15_000;
    private static final int CONFIRMATION_BYTES = 1 << 20;

    private final ExecutorService deliveries = pool("sommelier-artemis-client-", MOST);
    private final ExecutorService flowControl = pool("sommelier-artemis-flow-", MOST_FLOW_CONTROL);
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(named("sommelier-artemis-timer-"));

    private static ExecutorService pool(String prefix, int most) {
        return new ActiveMQThreadPoolExecutor(0, most, 10, TimeUnit.SECONDS, named(prefix));
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Sets a locator up for the core API; see {@link CoreAccess}. */
    ServerLocator forCore(ServerLocator locator) {
        forJms(locator);
        return locator.setReconnectAttempts(0)
                .setInitialConnectAttempts(1)
                .setCallTimeout(CALL_LIMIT_MILLIS)
                .setConnectionTTL(SILENCE_LIMIT_MILLIS)
                .setClientFailureCheckPeriod(SILENCE_LIMIT_MILLIS / 3)
                .setConfirmationWindowSize(CONFIRMATION_BYTES)
                .setProducerWindowSize(-1)
                .setBlockOnAcknowledge(false)
                // The broker makes a file of what its journal cannot hold; the client need not.
                .setMinLargeMessageSize(Integer.MAX_VALUE);
    }

    /**
     * Sets a locator up for those who take messages. The broker keeps what the sessions of a dead process hold for as long as they may come back, if they have a window of confirmations;
     * so these have none, and what a dead process held goes to others at once.
     */
    ServerLocator forTaking(ServerLocator locator) {
        return forCore(locator).setConfirmationWindowSize(-1);
    }

    /** Sets a locator up for JMS, which is left as it is but for the threads. */
    ServerLocator forJms(ServerLocator locator) {
        locator.setThreadPools(deliveries, timer, flowControl);
        return locator;
    }

    /** Ends them; what they are about goes on for a moment. */
    void stop() {
        timer.shutdownNow();
        deliveries.shutdown();
        flowControl.shutdown();
        for (ExecutorService pool : new ExecutorService[] {deliveries, flowControl, timer}) {
            try {
                if (!pool.awaitTermination(2, TimeUnit.SECONDS)) {
                    pool.shutdownNow();
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
}
