package io.sommelier.mailbox.artemis;

import io.sommelier.runtime.artemis.CoreAccess;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Consumer;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * Has one message take the place of another, in one transaction. A session of the core protocol is wholly in transactions or not at all, and most of what a reader acknowledges
 * stands for itself; so this is a transaction of XA with one participant, begun in a session that has none otherwise. Stateless; blocks for round trips to the broker.
 *
 * <p>Nothing is ever rolled back: that would give back all that the session holds. What the broker refuses to take is known before the old message is acknowledged, and then an
 * empty transaction is committed.
 */
final class Exchange {
    private Exchange() {}

    /** What takes the place of a message: where it goes, and what it says. */
    record Replacement(String queue, boolean durable, Consumer<ClientMessage> filling) {}

    /**
     * Acknowledges one message and sends the other.
     *
     * @param session of {@link io.sommelier.runtime.artemis.CoreAccess#openForTransactions}
     * @return empty when it is done; else what the broker had against it, and then nothing was done
     * @throws ActiveMQException when the connection was lost: then it is done or not
     */
    static String run(ClientSession session, ClientMessage old, Replacement replacement) throws ActiveMQException {
        Xid id = new Id(UUID.randomUUID());
        try {
            Queues.make(session, replacement.queue);
            session.start(id, XAResource.TMNOFLAGS);
            String refusal = send(session, replacement);
            if (refusal.isEmpty()) {
                old.individualAcknowledge();
            }
            session.end(id, XAResource.TMSUCCESS);
            session.commit(id, true);
            return refusal;
        } catch (XAException e) {
            throw new ActiveMQException("a transaction did not end: " + e + ", " + e.getCause(), e);
        } catch (ActiveMQException e) {
            if (Queues.concernsOneQueue(e)) {
                return e.getMessage(); // there is no such queue, and nothing was begun
            }
            throw e;
        }
    }

    private static String send(ClientSession session, Replacement replacement) throws ActiveMQException {
        ClientMessage message = Queues.createMessage(session, replacement.durable);
        replacement.filling.accept(message);
        try {
            CoreAccess.send(session, replacement.queue, message);
            return "";
        } catch (ActiveMQException e) {
            if (Queues.concernsOneQueue(e)) {
                return e.getMessage();
            }
            throw e;
        }
    }

    /** The name of one transaction. */
    private record Id(UUID uuid) implements Xid {
        private static final int FORMAT = 0x536f6d6d;

        @Override
        public int getFormatId() {
            return FORMAT;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return ByteBuffer.allocate(Long.BYTES * 2)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .array();
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }
}
