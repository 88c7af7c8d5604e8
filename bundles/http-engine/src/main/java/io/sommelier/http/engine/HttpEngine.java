package io.sommelier.http.engine;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server that serves the routes of any number of Camel contexts: {@code
 * context.getRegistry().bind("platform-http-engine", engine)}. Routes run on its event loops and must not block; the
 * README says what they are given and may answer.
 *
 * <p>Thread-safe.
 */
public final class HttpEngine implements PlatformHttpEngine, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEngine.class);
    private static final int STREAM_QUEUE = 100_000;

    private final RouteTable routes = new RouteTable(System::nanoTime);
    private final Replies replies = new Replies(new DateHeader(Clock.systemUTC()));
    private final HeldBytes held = new HeldBytes();
    private final TlsContexts tls = new TlsContexts();
    private final OpenConnections openConnections = new OpenConnections();
    private final ThreadPoolExecutor streams;
    private final List<HttpListener> retired = new ArrayList<>();
    private volatile HttpSettings settings;
    private volatile HttpListener listener;
    private volatile boolean isClosed;

    /**
     * An engine outside of OSGi, which listens.
     *
     * @param settings as in the README; those that are not there have their default
     * @throws IOException when the address cannot be had
     * @throws IllegalArgumentException naming every setting that is out of range, or when the certificate cannot be used
     */
    public static HttpEngine listening(Map<String, ?> settings) throws IOException {
        var engine = new HttpEngine(HttpSettings.read(settings));
        try {
            engine.start();
        } catch (IOException | IllegalArgumentException e) {
            engine.close();
            throw e;
        }
        return engine;
    }

    /** Not listening before {@link #start}. */
    HttpEngine(HttpSettings settings) {
        this.settings = settings;
        streams = new ThreadPoolExecutor(
                settings.streamThreads(),
                settings.streamThreads(),
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(STREAM_QUEUE),
                new DefaultThreadFactory("sommelier-http-stream"));
        streams.allowCoreThreadTimeOut(true);
    }

    /**
     * Listens, unless it does, or was closed.
     *
     * @throws IOException when the address cannot be had
     * @throws IllegalArgumentException when the certificate cannot be used
     */
    synchronized void start() throws IOException {
        if (listener != null || isClosed) {
            return;
        }
        tls.set(settings.tls());
        listener = listen(settings);
        lookAtCertificate();
    }

    /**
     * Takes other settings, all or none. Connections that are there stay, whatever is changed: limits hold for them at once,
     * the sizes of header and request line, the send buffer and TLS for new ones. Another host or port means another
     * listening socket; another number of event loops waits for that, or for the next start.
     *
     * @throws IOException when the new address cannot be had
     * @throws IllegalArgumentException when the certificate cannot be used
     */
    synchronized void change(HttpSettings newSettings) throws IOException {
        HttpSettings old = settings;
        boolean isElsewhere = listener != null
                && (!newSettings.host().equals(old.host())
                        || newSettings.port() != old.port() && newSettings.port() != listener.port());
        tls.set(newSettings.tls());
        try {
            settings = newSettings;
            if (isElsewhere) {
                listenElsewhere(newSettings);
            }
        } catch (IOException e) {
            settings = old;
            tls.set(old.tls());
            throw e;
        }
        resizeStreams(newSettings.streamThreads());
    }

    /** The old address goes only when the new one is there. */
    private void listenElsewhere(HttpSettings newSettings) throws IOException {
        HttpListener before = listener;
        listener = listen(newSettings);
        lookAtCertificate();
        before.stopAccepting();
        retired.removeIf(HttpListener::isStopped);
        retired.add(before);
        before.retire();
    }

    private HttpListener listen(HttpSettings where) throws IOException {
        var next = new HttpListener(this, where, openConnections);
        next.bind();
        LOG.info("Listening on {}:{}, TLS {}", where.host(), next.port(), where.tls());
        return next;
    }

    private void resizeStreams(int threads) {
        if (threads > streams.getMaximumPoolSize()) {
            streams.setMaximumPoolSize(threads);
            streams.setCorePoolSize(threads);
        } else {
            streams.setCorePoolSize(threads);
            streams.setMaximumPoolSize(threads);
        }
    }

    boolean isClosed() {
        return isClosed;
    }

    private void lookAtCertificate() {
        HttpListener mine = listener;
        later(
                () -> {
                    if (listener == mine) {
                        if (settings.tls().isOn()) {
                            // Reads files, which an event loop must not.
                            streams.execute(tls::refresh);
                        }
                        lookAtCertificate();
                    }
                },
                settings.tls().check());
    }

    /**
     * Stops listening, lets open replies go on for {@code stopLimit} and then ends them, and returns when no thread is left.
     */
    @Override
    public synchronized void close() {
        isClosed = true;
        HttpListener last = listener;
        listener = null;
        if (last != null) {
            last.stopAccepting();
            retired.add(last);
        }
        retired.forEach(HttpListener::drain);
        openConnections.awaitNone(settings.stopLimit().toNanos());
        retired.forEach(HttpListener::end);
        openConnections.awaitNone(TimeUnit.MILLISECONDS.toNanos(500));
        retired.forEach(HttpListener::stopLoops);
        retired.clear();
        streams.shutdownNow();
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new HttpConsumer(this, endpoint, processor);
    }

    /** The port it listens on; while it does not, the one it is to. */
    @Override
    public int getServerPort() {
        HttpListener current = listener;
        return current == null ? settings.port() : current.port();
    }

    @Override
    public String getScheme() {
        return settings.tls().isOn() ? "https" : "http";
    }

    HttpSettings settings() {
        return settings;
    }

    RouteTable routes() {
        return routes;
    }

    Replies replies() {
        return replies;
    }

    HeldBytes held() {
        return held;
    }

    TlsContexts tls() {
        return tls;
    }

    Executor streams() {
        return streams;
    }

    int openConnections() {
        return openConnections.now();
    }

    long nanoTime() {
        return System.nanoTime();
    }

    /** Runs something after a while, on a thread that must not block; at once when the engine does not listen. */
    void later(Runnable action, Duration delay) {
        HttpListener current = listener;
        try {
            if (current != null && !delay.isZero()) {
                current.later(action, delay.toMillis());
                return;
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("The engine stops", e);
        }
        action.run();
    }
}
