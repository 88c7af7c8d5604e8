package io.sommelier.mailbox.artemis;

import io.sommelier.runtime.artemis.CoreAccess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.SessionFailureListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread with one session of the broker, which is opened again whenever it is lost. What subclasses override is called on this thread alone; the other methods are
 * thread-safe. Waits between tries are real time, not that of the injected clock.
 */
abstract class SessionThread {
    private static final Logger LOG = LoggerFactory.getLogger(SessionThread.class);
    private static final long IDLE_NANOS = 1_000_000_000L;

    private final Thread thread;
    private final Counters counters;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean signal = new AtomicBoolean();
    // of its own thread
    private CoreAccess broker;
    private ClientSessionFactory connection;
    private ClientSessionFactory takingConnection;

    private volatile MailboxSettings settings;
    private volatile CoreAccess access;
    private volatile boolean stopping;
    private volatile boolean lost;
    private volatile boolean up;
    private volatile String problem = "no broker is there";

    SessionThread(String name, MailboxSettings settings, Counters counters) {
        this.settings = settings;
        this.counters = counters;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Opens its connection. */
    ClientSessionFactory connect(CoreAccess broker) throws ActiveMQException {
        return broker.connect();
    }

    /** Opens its session. */
    ClientSession open(CoreAccess broker, ClientSessionFactory connection) throws ActiveMQException {
        return broker.open(connection);
    }

    /** Opens a session for taking, on a connection of its own; when either connection is lost, both end. For subclasses, once they are connected. */
    final ClientSession openToTake() throws ActiveMQException {
        takingConnection = broker.connectToTake();
        ClientSession session = broker.open(takingConnection);
        session.addFailureListener(new Loss());
        return session;
    }

    /** Opens another session on the same connection, which ends with it; for subclasses, once they are connected. */
    final ClientSession openAnother() throws ActiveMQException {
        return broker.open(connection);
    }

    /** The session is there. */
    abstract void connected(ClientSession session) throws ActiveMQException;

    /**
     * Does what is to be done.
     *
     * @return after how many nanoseconds to be called again at the latest
     */
    abstract long work() throws ActiveMQException;

    /** Does what can be done without a session; called while there is none. */
    abstract void idle();

    /**
     * The session is about to be closed, and works still, because this is to stop.
     *
     * @return whether what was delivered must count as delivered
     */
    abstract boolean leaving() throws ActiveMQException;

    /** The session is gone. */
    abstract void disconnected();

    final void start() {
        thread.start();
    }

    final CompletionStage<Void> stop() {
        stopping = true;
        wake();
        return ended;
    }

    final void access(CoreAccess present) {
        access = present;
        wake();
    }

    final void settings(MailboxSettings changed) {
        settings = changed;
    }

    final MailboxSettings settings() {
        return settings;
    }

    final boolean isUp() {
        return up;
    }

    final String problem() {
        return problem;
    }

    final boolean isStopping() {
        return stopping;
    }

    /** Has the thread look again soon. */
    final void wake() {
        if (signal.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            long wait = settings.retryFirst().toNanos();
            while (!stopping) {
                CoreAccess present = access;
                if (present == null) {
                    problem = "no broker is there";
                    pause(present, IDLE_NANOS);
                } else if (serve(present)) {
                    wait = settings.retryFirst().toNanos();
                    pause(present, wait / 2);
                } else {
                    pause(present, wait / 2 + ThreadLocalRandom.current().nextLong(wait / 2 + 1));
                    wait = Math.min(wait * 2, settings.retryMost().toNanos());
                }
            }
        } finally {
            idle();
            ended.complete(null);
        }
    }

    /** Waits, and does what can be done meanwhile, until the time is over or another broker is there. */
    private void pause(CoreAccess present, long nanos) {
        long end = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0 && !stopping && access == present) {
            signal.set(false);
            idle();
            if (!signal.get() && !stopping && access == present) {
                LockSupport.parkNanos(this, left);
            }
            left = end - System.nanoTime();
        }
    }

    /** Opens a session and stays with it; {@code false} when there was none. */
    private boolean serve(CoreAccess present) {
        boolean wasUp = false;
        boolean abandons = false;
        try {
            broker = present;
            connection = connect(present);
            ClientSession session = open(present, connection);
            lost = false;
            session.addFailureListener(new Loss());
            session.start();
            connected(session);
            counters.connections.increment();
            problem = "";
            up = true;
            wasUp = true;
            while (!stopping && !lost && access == present) {
                signal.set(false);
                long next = work();
                if (next > 0 && !signal.get()) {
                    LockSupport.parkNanos(this, next);
                }
            }
            problem = lost ? "the connection was lost" : "no broker is there";
            if (!lost) {
                up = false;
                abandons = leaving();
            }
        } catch (ActiveMQException e) {
            problem = e.getMessage();
            LOG.debug("{} has no session", thread.getName(), e);
        } catch (RuntimeException e) {
            problem = e.toString();
            LOG.error("{} failed and starts again; this is a defect, please report it", thread.getName(), e);
        } finally {
            up = false;
            close(present, takingConnection, abandons);
            close(present, connection, abandons);
            takingConnection = null;
            connection = null;
            broker = null;
            disconnected();
        }
        return wasUp;
    }

    private void close(CoreAccess present, ClientSessionFactory opened, boolean abandons) {
        if (opened == null) {
            return;
        }
        try {
            if (abandons || lost) {
                present.abandon(opened);
            } else {
                opened.close();
            }
        } catch (RuntimeException e) { // of the client, about a connection that is lost anyway
            LOG.debug("{} could not close its connection", thread.getName(), e);
        }
    }

    private final class Loss implements SessionFailureListener {
        @Override
        public void connectionFailed(ActiveMQException exception, boolean failedOver) {
            lost = true;
            wake();
        }

        @Override
        public void connectionFailed(ActiveMQException exception, boolean failedOver, String scaleDownTargetNodeID) {
            connectionFailed(exception, failedOver);
        }

        @Override
        public void beforeReconnect(ActiveMQException exception) {
            // the locator does not reconnect
        }
    }
}
