package io.sommelier.runtime.artemis;

import jakarta.jms.ConnectionFactory;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded broker, or the way to an external one: brings it up, brings it up again when it is lost, and says how it is. Thread-safe; no method blocks. One thread,
 * {@code sommelier-artemis}, does all of it.
 */
public final class ArtemisRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(ArtemisRuntime.class);
    private static final long LOOK_MILLIS = 500;
    private static final long LEAVE_MILLIS = 3000;
    private static final int JMS_CONNECTIONS = 2;

    private final ArtemisSettings settings;
    private final Consumer<ArtemisState> listener;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "sommelier-artemis");
    private volatile ArtemisState state = ArtemisState.down("it was not started");
    private volatile Broker broker;
    private volatile CoreAccess core;
    private volatile ConnectionFactory jms;
    private String warned = "";

    /**
     * A runtime that was not started.
     *
     * @param listener is told of every change of the state, on the thread of the runtime; {@link #core} and {@link #jms} fit the state while it is told
     */
    public ArtemisRuntime(ArtemisSettings settings, Consumer<ArtemisState> listener) {
        this.settings = settings;
        this.listener = listener;
        thread.setDaemon(true);
    }

    /** Starts to bring the broker up; called once. */
    public void start() {
        thread.start();
    }

    /** How it is now. */
    public ArtemisState state() {
        return state;
    }

    /** The way to sessions of the core API; empty while it is DOWN. */
    public Optional<CoreAccess> core() {
        return Optional.ofNullable(core);
    }

    /** A pool of JMS connections; empty while it is DOWN. */
    public Optional<ConnectionFactory> jms() {
        return Optional.ofNullable(jms);
    }

    /** The port on which the embedded broker listens for {@code CORE}, {@code AMQP}, {@code STOMP} or {@code MQTT}; -1 when it does not. */
    public int port(String protocol) {
        Broker present = broker;
        return present == null ? -1 : present.port(protocol);
    }

    /**
     * Takes the broker down.
     *
     * @return completes when it is down, and every thread of it has ended or is about to
     */
    public CompletionStage<Void> stop() {
        stopping.countDown();
        if (thread.getState() == Thread.State.NEW) {
            stopped.complete(null);
        }
        return stopped.minimalCompletionStage();
    }

    private void run() {
        try {
            long wait = settings.retryFirst().toMillis();
            while (stopping.getCount() > 0) {
                if (bringUp()) {
                    wait = settings.retryFirst().toMillis();
                } else if (!pause(wait)) {
                    wait = Math.min(wait * 2, settings.retryMost().toMillis());
                }
            }
        } finally {
            stopped.complete(null);
        }
    }

    /** Brings the broker up and stays until it is lost or to be stopped; {@code false} when it could not be brought up. */
    private boolean bringUp() {
        ClientThreads threads = new ClientThreads();
        Broker starting =
                settings.url().isEmpty() ? new EmbeddedBroker(settings) : new ExternalBroker(settings, threads);
        ServerLocator locator = null;
        ServerLocator taking = null;
        CoreAccess access = null;
        JmsPoolConnectionFactory pool = null;
        ActiveMQConnectionFactory connections = null;
        boolean wasUp = false;
        try {
            String where = starting.start();
            locator = threads.forCore(starting.locator());
            taking = threads.forTaking(starting.locator());
            connections = new ActiveMQConnectionFactory(threads.forJms(starting.locator()));
            // A message that waits in a client counts as delivered when its process is killed; so none waits there.
            connections.setConsumerWindowSize(0);
            connections.setUser(starting.user().isEmpty() ? null : starting.user());
            connections.setPassword(starting.password().isEmpty() ? null : starting.password());
            pool = new JmsPoolConnectionFactory();
            pool.setConnectionFactory(connections);
            pool.setMaxConnections(JMS_CONNECTIONS);
            broker = starting;
            access = new CoreAccess(locator, taking, starting.user(), starting.password());
            core = access;
            jms = pool;
            wasUp = true;
            warned = "";
            LOG.info("the broker is up: {}", where);
            change(ArtemisState.up(where));
            while (starting.isAlive() && !pause(LOOK_MILLIS)) {
                // all is well
            }
            down(stopping.getCount() == 0 ? "it was stopped" : "the broker was lost: " + where);
        } catch (Exception | LinkageError e) { // whatever a broker may throw while it starts
            down("the broker cannot be brought up: " + reason(e));
            LOG.debug("the broker cannot be brought up", e);
        } finally {
            letLeave(access);
            takeDown(starting, locator, taking, pool, connections);
            threads.stop();
        }
        return wasUp;
    }

    private void down(String reason) {
        core = null;
        jms = null;
        broker = null;
        if (stopping.getCount() > 0 && !reason.equals(warned)) {
            warned = reason;
            LOG.warn("{}; it is tried again until it is up", reason);
        }
        change(ArtemisState.down(reason));
    }

    private void change(ArtemisState now) {
        if (!now.equals(state)) {
            state = now;
            listener.accept(now);
        }
    }

    private static void letLeave(CoreAccess access) {
        try {
            if (access != null && !access.awaitLeaving(LEAVE_MILLIS)) {
                LOG.warn("not everybody left the broker within {} ms; their connections are cut", LEAVE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void takeDown(
            Broker broker,
            ServerLocator locator,
            ServerLocator taking,
            JmsPoolConnectionFactory pool,
            ActiveMQConnectionFactory connections) {
        if (pool != null) {
            pool.stop();
        }
        if (connections != null) {
            connections.close();
        }
        if (locator != null) {
            locator.close();
        }
        if (taking != null) {
            taking.close();
        }
        try {
            broker.stop();
        } catch (Exception e) { // whatever a broker may throw while it stops
            LOG.warn("the broker did not stop cleanly: {}", reason(e));
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getMessage() == null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return text.lines().findFirst().orElse(text);
    }

    /** Waits; {@code true} when it is to be stopped. */
    private boolean pause(long millis) {
        try {
            return stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
            return true;
        }
    }
}
