package io.sommelier.mailbox.artemis;

import java.util.EnumSet;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** How queues are made, and what the broker says of them. Stateless. */
final class Queues {
    /** How long a queue that was there is taken to be there. */
    static final long TRUST_NANOS = 10_000_000_000L;

    static final int MOST_REMEMBERED = 100_000;

    private static final long UNREAD_MILLIS = 60_000;

    /** What the broker says of one message or one queue; the session goes on. */
    private static final Set<ActiveMQExceptionType> OF_ONE_QUEUE = EnumSet.of(
            ActiveMQExceptionType.ADDRESS_FULL,
            ActiveMQExceptionType.ADDRESS_DOES_NOT_EXIST,
            ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST,
            ActiveMQExceptionType.QUEUE_EXISTS,
            ActiveMQExceptionType.SECURITY_EXCEPTION,
            ActiveMQExceptionType.MAX_CONSUMER_LIMIT_EXCEEDED);

    private Queues() {}

    static boolean concernsOneQueue(ActiveMQException e) {
        return OF_ONE_QUEUE.contains(e.getType());
    }

    /** Whether the broker had no queue for a message. */
    static boolean isMissing(ActiveMQException e) {
        return e.getType() == ActiveMQExceptionType.ADDRESS_DOES_NOT_EXIST
                || e.getType() == ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST;
    }

    /**
     * An empty message to a mailbox. It says that one queue must take it: where there is none, the broker makes it or refuses the message, and does not confirm what it has thrown away.
     */
    static ClientMessage createMessage(ClientSession session, boolean isDurable) {
        ClientMessage message = session.createMessage(isDurable);
        message.setRoutingType(RoutingType.ANYCAST);
        return message;
    }

    /** An empty message to a mark: somebody has a command for the mailbox. It goes nowhere when the mark is gone. */
    static ClientMessage createWish(ClientSession session) {
        return session.createMessage(false);
    }

    /** Makes the queue of a controller, if there is none: it ends with the broker, takes one consumer, and goes when nobody reads it for a while. Blocks. */
    static void makeForController(ClientSession session, String name) throws ActiveMQException {
        if (session.queueQuery(SimpleString.of(name)).isExists()) {
            return;
        }
        try {
            session.createQueue(QueueConfiguration.of(name)
                    .setAddress(name)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setDurable(false)
                    .setMaxConsumers(1)
                    .setPurgeOnNoConsumers(false)
                    .setAutoDelete(true)
                    .setAutoDeleteDelay(UNREAD_MILLIS)
                    .setAutoDeleteMessageCount(-1L));
        } catch (ActiveMQQueueExistsException e) {
            // an earlier connection was faster
        }
    }

    /** Whether somebody reads it. Blocks. */
    static boolean isRead(ClientSession session, String name) throws ActiveMQException {
        ClientSession.QueueQuery query = session.queueQuery(SimpleString.of(name));
        return query.isExists() && query.getConsumerCount() > 0;
    }

    /** Whether there is a queue of that name, or another broker of the same cluster has one. Blocks. */
    static boolean isAnywhere(ClientSession session, String name) throws ActiveMQException {
        SimpleString nameOrAddress = SimpleString.of(name);
        return session.queueQuery(nameOrAddress).isExists()
                || !session.addressQuery(nameOrAddress).getQueueNames().isEmpty();
    }

    /** Says that a mailbox is about to be removed, as long as the session lives. Fails with QUEUE_EXISTS when somebody says so already. Blocks. */
    static void mark(ClientSession session, String mailbox) throws ActiveMQException {
        String mark = QueueNames.markOf(mailbox);
        session.createQueue(QueueConfiguration.of(mark)
                .setAddress(mark)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(false)
                .setTemporary(true));
    }

    /** It is not about to be removed any more. Blocks. */
    static void unmark(ClientSession session, String mailbox) throws ActiveMQException {
        try {
            session.deleteQueue(SimpleString.of(QueueNames.markOf(mailbox)));
        } catch (ActiveMQException e) {
            if (!concernsOneQueue(e)) {
                throw e;
            }
            // an administrator removed it
        }
    }

    /** Whether a mailbox is about to be removed. Blocks. */
    static boolean isMarked(ClientSession session, String mailbox) throws ActiveMQException {
        return session.queueQuery(SimpleString.of(QueueNames.markOf(mailbox))).isExists();
    }

    /**
     * Makes the durable anycast queue of a mailbox, with an address of its own name, if there is none. That of an instance the broker itself removes when it starts, if it is empty: nobody can put
     * anything then. Blocks.
     */
    static void make(ClientSession session, String name) throws ActiveMQException {
        if (session.queueQuery(SimpleString.of(name)).isExists()) {
            return;
        }
        QueueConfiguration queue = QueueConfiguration.of(name)
                .setAddress(name)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(true)
                .setAutoDelete(false)
                .setMaxConsumers(-1)
                .setPurgeOnNoConsumers(false);
        if (QueueNames.isOfInstance(name)) {
            // never by the broker while it runs: it might throw away what it has just confirmed
            queue.setAutoDelete(true).setAutoDeleteDelay(Long.MAX_VALUE).setAutoDeleteMessageCount(0L);
        }
        try {
            session.createQueue(queue);
        } catch (ActiveMQQueueExistsException e) {
            // another controller was faster
        }
    }
}
