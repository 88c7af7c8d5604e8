package io.sommelier.runtime.artemis;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQNotConnectedException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.client.impl.ClientProducerInternal;
import org.apache.activemq.artemis.core.client.impl.ClientSessionInternal;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * The way to sessions of the core API: the locator, and who the controller is. Published as a service while the broker is there. Immutable and thread-safe.
 *
 * <p>The locator never reconnects behind its users' backs: a session that lost its connection is dead, and its user opens another. It sends no flow control credits for
 * producers (an address that is full refuses), and asks for a confirmation of every message that is sent with a handler.
 */
public final class CoreAccess {
    private static final long LOOK_MILLIS = 5;

    private final ServerLocator locator;
    private final ServerLocator taking;
    private final String user;
    private final String password;
    private final Set<ClientSessionFactory> open = ConcurrentHashMap.newKeySet();

    CoreAccess(ServerLocator locator, ServerLocator taking, String user, String password) {
        this.locator = locator;
        this.taking = taking;
        this.user = user;
        this.password = password;
    }

    /** The locator; shared, its owner closes it. */
    public ServerLocator locator() {
        return locator;
    }

    /** The locator of {@link #connectToTake}; shared, its owner closes it. */
    public ServerLocator takingLocator() {
        return taking;
    }

    /**
     * Opens a connection. Blocks until it is there, at most the call timeout of the locator.
     *
     * @throws ActiveMQException when the broker cannot be reached
     */
    public ClientSessionFactory connect() throws ActiveMQException {
        return connect(locator);
    }

    /**
     * Opens a connection for those who take messages: when this process dies, what they hold goes to others at once, and not when the broker has given up waiting for it. The broker confirms
     * nothing that is sent over it, except by {@link #send}. Blocks as {@link #connect}.
     *
     * @throws ActiveMQException when the broker cannot be reached
     */
    public ClientSessionFactory connectToTake() throws ActiveMQException {
        return connect(taking);
    }

    private ClientSessionFactory connect(ServerLocator by) throws ActiveMQException {
        open.removeIf(ClientSessionFactory::isClosed);
        try {
            ClientSessionFactory connection = by.createSessionFactory();
            open.add(connection);
            return connection;
        } catch (ActiveMQException e) {
            throw e;
        } catch (Exception e) {
            throw new ActiveMQException("cannot connect: " + e.getMessage(), e);
        }
    }

    /**
     * Opens a session in which every send and every acknowledgement stands for itself. For one thread at a time. Blocks as {@link #connect}.
     *
     * @throws ActiveMQException when the connection is lost, or the broker knows no such user
     */
    public ClientSession open(ClientSessionFactory connection) throws ActiveMQException {
        return connection.createSession(nullIfEmpty(user), nullIfEmpty(password), false, true, true, false, 0);
    }

    /**
     * Opens a session as {@link #open} does, in which a transaction may be begun besides, by its {@link javax.transaction.xa.XAResource}: what is sent and acknowledged from its
     * start to its end is done at its commit, all or nothing.
     *
     * @throws ActiveMQException as {@link #open}
     */
    public ClientSession openForTransactions(ClientSessionFactory connection) throws ActiveMQException {
        // The broker takes what is outside of a transaction of such a session as done at once.
        return connection.createSession(nullIfEmpty(user), nullIfEmpty(password), true, false, false, false, 0);
    }

    /**
     * Sends a message and waits until the broker has said that it takes it; in a transaction, that it would. It uses what the client's own producers use, which is not public API: they do not
     * wait in a transaction, and a commit would not tell that the broker had refused the message.
     *
     * @throws ActiveMQException when the broker refuses it, such as for an address that is full, or the connection is lost
     */
    public static void send(ClientSession session, String address, ClientMessage message) throws ActiveMQException {
        try (ClientProducer producer = session.createProducer()) {
            message.setAddress(SimpleString.of(address));
            int sender = ((ClientProducerInternal) producer).getID();
            ((ClientSessionInternal) session)
                    .getSessionContext()
                    .sendFullMessage((ICoreMessage) message, true, null, SimpleString.of(address), sender);
        }
    }

    /**
     * Drops a connection as if this process had died: what was delivered over it and not acknowledged goes back, and counts as delivered.
     */
    public void abandon(ClientSessionFactory connection) {
        RemotingConnection lower = connection.getConnection();
        if (lower != null) {
            lower.fail(new ActiveMQNotConnectedException("abandoned"));
        }
        connection.close();
    }

    /**
     * Waits until those who have connections have closed them, and abandons the rest: closed by somebody else in good order, what they hold would count as never delivered.
     *
     * @return whether all had left
     */
    boolean awaitLeaving(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (open.stream().anyMatch(connection -> !connection.isClosed()) && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        boolean allLeft = true;
        for (ClientSessionFactory connection : open) {
            if (!connection.isClosed()) {
                allLeft = false;
                abandon(connection);
            }
        }
        open.clear();
        return allLeft;
    }

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
