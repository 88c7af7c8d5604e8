package io.sommelier.gateway.jms;

import io.sommelier.runtime.artemis.CoreAccess;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;

/** One session of the core API, opened when it is needed and again when it was lost. Thread-safe: one caller at a time. */
final class CoreQueries implements AutoCloseable {
    private final CoreAccess core;
    private ClientSessionFactory connection;
    private ClientSession session;
    private boolean isClosed;

    CoreQueries(CoreAccess core) {
        this.core = core;
    }

    /** Makes the queue of a target, if there is none. Blocks. */
    synchronized void make(String targetId) throws ActiveMQException {
        InQueues.make(session(), targetId);
    }

    /** What the broker knows of an address. Blocks. */
    synchronized ClientSession.AddressQuery look(String address) throws ActiveMQException {
        return session().addressQuery(SimpleString.of(address));
    }

    private ClientSession session() throws ActiveMQException {
        if (isClosed) {
            throw new ActiveMQException("the gateway has left the broker");
        }
        if (session == null || session.isClosed()) {
            leave();
            connection = core.connect();
            session = core.open(connection);
        }
        return session;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        leave();
    }

    private void leave() {
        if (connection != null) {
            connection.close();
            connection = null;
            session = null;
        }
    }
}
