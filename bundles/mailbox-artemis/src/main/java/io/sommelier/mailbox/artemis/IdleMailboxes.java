package io.sommelier.mailbox.artemis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes mailboxes of instances for which nothing came in a while. Belongs to the thread of its reader.
 *
 * <p>The broker's own deletion may throw away what it has just confirmed: it looks whether a queue is empty, and a message that is on its way through the journal is not in it yet. So a mailbox is
 * marked first, by a queue that lives as long as this session. Who looks for the mailbox and sees the mark puts nothing, but a wish into the mark, and waits until it is gone. After the grace nothing is
 * on its way any more that anybody could have been told is safe: if the mailbox is empty then, and nobody reads it, it goes. The mark goes after it, or when anybody wishes so, or with this process.
 */
final class IdleMailboxes {
    private static final Logger LOG = LoggerFactory.getLogger(IdleMailboxes.class);
    private static final int MOST_MARKED = 256;
    /** Questions to the broker between two turns of all else. */
    private static final int LOOKS = 16;

    private static final long PERIOD_NANOS = 50_000_000;

    private final IdleTimes times;
    private final Readers readers;
    private final Counters counters;
    private final Map<String, Long> idleSince = new LinkedHashMap<>(); // the longest idle first
    private final Map<String, Long> markedAt = new LinkedHashMap<>(); // the one that was looked at longest ago first
    private String refusal = "";
    private long nextNanos = System.nanoTime();

    /** Those who read mailboxes in this process. */
    interface Readers {
        /** How many consumers they have at a mailbox; -1 when they hold a command of it. */
        int consumers(String queue);

        /** Have none from now on, until the mailbox is made again, or {@link #resume} is called. */
        void pause(String queue) throws ActiveMQException;

        /** The mailbox stays, or was removed: look. */
        void resume(String queue) throws ActiveMQException;
    }

    IdleMailboxes(IdleTimes times, Readers readers, Counters counters) {
        this.times = times;
        this.readers = readers;
        this.counters = counters;
    }

    /** The mailbox of an instance is there, and something came, or it was opened or closed. */
    void used(String queue) {
        idleSince.remove(queue);
        if (idleSince.size() >= Queues.MOST_REMEMBERED) {
            Iterator<String> longest = idleSince.keySet().iterator();
            longest.next();
            longest.remove();
        }
        idleSince.put(queue, System.nanoTime());
    }

    /** Somebody removed it. */
    void gone(String queue) {
        idleSince.remove(queue);
    }

    /** The session is gone, and the marks with it. */
    void disconnected() {
        markedAt.clear();
    }

    /**
     * Does what is due.
     *
     * @param idleNanos how long a mailbox may be idle; 0: for ever
     * @return after how many nanoseconds to be called again at the latest
     */
    long work(ClientSession session, long now, long idleNanos) throws ActiveMQException {
        if (now - nextNanos < 0) {
            return nextNanos - now;
        }
        nextNanos = now + PERIOD_NANOS;
        for (String queue : first(markedAt, LOOKS)) {
            look(session, queue, idleNanos);
        }
        if (idleNanos > 0) {
            for (String queue : first(idleSince, LOOKS)) {
                if (now - idleSince.get(queue) >= idleNanos
                        && markedAt.size() < MOST_MARKED
                        && !markedAt.containsKey(queue)) {
                    begin(session, queue);
                }
            }
        }
        return markedAt.isEmpty() ? 20 * PERIOD_NANOS : PERIOD_NANOS;
    }

    private static List<String> first(Map<String, Long> of, int most) {
        List<String> first = new ArrayList<>();
        for (String queue : of.keySet()) {
            if (first.size() == most) {
                break;
            }
            first.add(queue);
        }
        return first;
    }

    private void begin(ClientSession session, String queue) throws ActiveMQException {
        used(queue); // its time begins again, whatever comes of it
        if (!isIdle(session, queue)) {
            return;
        }
        try {
            Queues.mark(session, queue);
        } catch (ActiveMQException e) {
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
            if (e.getType() != ActiveMQExceptionType.QUEUE_EXISTS && !refusal.equals(e.getMessage())) {
                refusal = e.getMessage();
                LOG.warn("idle mailboxes of instances are not removed: {}", refusal);
            }
            return;
        }
        markedAt.put(queue, System.nanoTime());
        if (!isIdle(session, queue)) {
            unmark(session, queue);
        }
    }

    /** Nothing is in it, and nobody else reads it. Forgets it when it is not there. */
    private boolean isIdle(ClientSession session, String queue) throws ActiveMQException {
        int own = readers.consumers(queue);
        ClientSession.QueueQuery found = session.queueQuery(SimpleString.of(queue));
        if (!found.isExists()) {
            idleSince.remove(queue);
            return false;
        }
        return own >= 0 && found.getMessageCount() == 0 && found.getConsumerCount() == own;
    }

    private void look(ClientSession session, String queue, long idleNanos) throws ActiveMQException {
        Long since = markedAt.remove(queue);
        markedAt.put(queue, since); // to the end
        ClientSession.QueueQuery mark = session.queueQuery(SimpleString.of(QueueNames.markOf(queue)));
        if (!mark.isExists() || mark.getMessageCount() > 0 || idleNanos == 0) {
            unmark(session, queue);
        } else if (System.nanoTime() - since >= times.graceNanos()) {
            if (isIdle(session, queue)) {
                remove(session, queue);
            }
            unmark(session, queue);
        }
    }

    private void remove(ClientSession session, String queue) throws ActiveMQException {
        readers.pause(queue);
        try {
            if (isIdle(session, queue)) {
                session.deleteQueue(SimpleString.of(queue)); // the broker refuses when somebody reads it
                idleSince.remove(queue);
                counters.removed.increment();
                LOG.debug("the mailbox {} was idle, and is removed", queue);
            }
        } catch (ActiveMQException e) {
            if (e.getType() != ActiveMQExceptionType.ILLEGAL_STATE && !Queues.concernsOneQueue(e)) {
                throw e;
            }
            LOG.debug("the mailbox {} stays: {}", queue, e.getMessage());
        } finally {
            readers.resume(queue);
        }
    }

    private void unmark(ClientSession session, String queue) throws ActiveMQException {
        markedAt.remove(queue);
        Queues.unmark(session, queue);
    }
}
