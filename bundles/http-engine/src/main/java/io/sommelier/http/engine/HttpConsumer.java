package io.sommelier.http.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One route's place in the engine. When it stops, its path is answered 503 for a while, and its open replies have {@code
 * stopLimit} to end; then they are ended. Thread-safe.
 */
final class HttpConsumer extends DefaultConsumer implements PlatformHttpConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConsumer.class);
    private static final Duration WHILE_SUSPENDED = Duration.ofDays(365);

    private final HttpEngine engine;
    private final PlatformHttpEndpoint endpoint;
    private final Set<Turn> open = ConcurrentHashMap.newKeySet();
    private final LoopHolds holds = new LoopHolds();
    private final Object key = new Object();

    HttpConsumer(HttpEngine engine, PlatformHttpEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.engine = engine;
        this.endpoint = endpoint;
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
        return endpoint;
    }

    /** Stands for this consumer where it must not be kept itself. */
    Object key() {
        return key;
    }

    String name() {
        return getRouteId() == null ? "the route of " + endpoint.getPath() : "the route " + getRouteId();
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        engine.routes().expect(entry(), engine.settings().awayLimit());
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        engine.routes().add(entry());
    }

    @Override
    protected void doSuspend() throws Exception {
        engine.routes().remove(this, WHILE_SUSPENDED);
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        engine.routes().add(entry());
    }

    @Override
    protected void doStop() throws Exception {
        engine.routes().remove(this, engine.settings().awayLimit());
        endOpenReplies();
        super.doStop();
    }

    /** Returns at once: Camel itself waits for the exchanges under way. */
    private void endOpenReplies() {
        for (Turn turn : open) {
            engine.later(turn::stopSoon, engine.settings().stopLimit());
        }
    }

    void opened(Turn turn) {
        open.add(turn);
    }

    void closed(Turn turn) {
        open.remove(turn);
    }

    /** From when to when a request held the event loop; a route that blocks is named once. */
    void held(long startNanos, long endNanos) {
        if (holds.blocks(startNanos, endNanos)) {
            LOG.warn(
                    "{} held an I/O thread for {} ms; a step that blocks needs a thread of its own",
                    name(),
                    TimeUnit.NANOSECONDS.toMillis(endNanos - startNanos));
        }
    }

    private RouteEntry entry() {
        var methods = new TreeSet<String>();
        String restrict = endpoint.getHttpMethodRestrict();
        if (restrict != null && !restrict.isBlank()) {
            for (String method : restrict.split(",")) {
                methods.add(method.trim().toUpperCase(Locale.ROOT));
            }
        }
        return RouteEntry.here(
                PathPattern.of(endpoint.getPath(), endpoint.isMatchOnUriPrefix()),
                Set.copyOf(methods),
                MediaTypes.of(endpoint.getConsumes()),
                MediaTypes.of(endpoint.getProduces()),
                this);
    }
}
