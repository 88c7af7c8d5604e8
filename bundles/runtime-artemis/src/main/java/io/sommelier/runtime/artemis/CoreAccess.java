package io.sommelier.runtime.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;

/**
 * The way to sessions of the core API: the locator, and who the controller is. Published as a service while the broker is there. Immutable and thread-safe.
 *
 * <p>The locator never reconnects behind its users' backs: a session that lost its connection is dead, and its user opens another. It sends no flow control credits for
 * producers (an address that is full refuses), and asks for a confirmation of every message that is sent with a handler.
 */
public final class CoreAccess {
    private final ServerLocator locator;
    private final String user;
    private final String password;

    CoreAccess(ServerLocator locator, String user, String password) {
        this.locator = locator;
        this.user = user;
        this.password = password;
    }

    /** The locator; shared, its owner closes it. */
    public ServerLocator locator() {
        return locator;
    }

    /**
     * Opens a connection. Blocks until it is there, at most the call timeout of the locator.
     *
     * @throws ActiveMQException when the broker cannot be reached
     */
    public ClientSessionFactory connect() throws ActiveMQException {
        try {
            return locator.createSessionFactory();
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

    private static String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
