package io.sommelier.mailbox.artemis;

import io.sommelier.runtime.artemis.PullConsumer;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.management.CoreNotificationType;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker tells of the queues of mailboxes that come and go, in that order: through a queue at its address of notifications that lives as long as the session, and one
 * message at a time. Confined to the thread of its reader; what came wakes it.
 */
final class QueueNews {
    private static final Logger LOG = LoggerFactory.getLogger(QueueNews.class);
    private static final String NOTIFICATIONS = "activemq.notifications";
    private static final long PROOF_MILLIS = 2000;

    private final ClientSession session;
    private final Runnable wake;
    private final String queue = "sommelier.news." + UUID.randomUUID();
    /** The one that was asked for. */
    private final BlockingQueue<ClientMessage> arrived = new ArrayBlockingQueue<>(1);

    private PullConsumer consumer;

    /** A queue came or went; {@code isHere} when it did so at this very broker, and not at another of its cluster. */
    record Item(String queue, boolean came, boolean isHere) {}

    QueueNews(ClientSession session, Runnable wake) {
        this.session = session;
        this.wake = wake;
    }

    /**
     * Hears of all that happens from now on to queues of mailboxes, and to one more, the probe. Blocks.
     *
     * @throws ActiveMQException also when the broker does not permit it: see {@link Queues#concernsOneQueue}
     */
    void subscribe(String probe) throws ActiveMQException {
        session.createQueue(QueueConfiguration.of(queue)
                .setAddress(NOTIFICATIONS)
                .setRoutingType(RoutingType.MULTICAST)
                .setFilterString(ManagementHelper.HDR_NOTIFICATION_TYPE + " IN ('" + CoreNotificationType.BINDING_ADDED
                        + "', '" + CoreNotificationType.BINDING_REMOVED + "') AND (" + ManagementHelper.HDR_ADDRESS
                        + " LIKE '" + QueueNames.PREFIX + "%' OR " + ManagementHelper.HDR_ADDRESS + " = '" + probe
                        + "')")
                .setDurable(false)
                .setTemporary(true));
        consumer = PullConsumer.open(session, queue, message -> {
            arrived.add(message);
            wake.run();
        });
    }

    /** Whether it was told that the probe came: a broker may tell its news elsewhere, or nobody. Forgets what came before. Blocks until then, 2 s at most. */
    boolean heardOf(String probe) throws ActiveMQException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROOF_MILLIS);
        try {
            for (long left = PROOF_MILLIS; left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                ClientMessage message = arrived.poll(left, TimeUnit.MILLISECONDS);
                if (message != null && read(message).queue.equals(probe)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** The next, or {@code null} while there is none. */
    Item next() throws ActiveMQException {
        ClientMessage message = arrived.poll();
        return message == null ? null : read(message);
    }

    private Item read(ClientMessage message) throws ActiveMQException {
        // An address of ours has one queue, of the same name.
        Item item = new Item(
                String.valueOf(message.getStringProperty(ManagementHelper.HDR_ADDRESS)),
                CoreNotificationType.BINDING_ADDED
                        .toString()
                        .equals(message.getStringProperty(ManagementHelper.HDR_NOTIFICATION_TYPE)),
                !message.containsProperty(ManagementHelper.HDR_DISTANCE)
                        || message.getIntProperty(ManagementHelper.HDR_DISTANCE) == 0);
        message.individualAcknowledge();
        consumer.ask();
        return item;
    }

    /** Takes its queue away; else the broker does it when the session ends, and complains when it is stopping itself. */
    void close() throws ActiveMQException {
        if (consumer != null) {
            consumer.close();
        }
        SimpleString name = SimpleString.of(queue);
        if (session.queueQuery(name).isExists()) {
            try {
                session.deleteQueue(name);
            } catch (ActiveMQException e) {
                if (!Queues.concernsOneQueue(e)) {
                    throw e;
                }
                LOG.debug("{} stays until the session ends", queue, e);
            }
        }
    }
}
