package io.sommelier.gateway.jms;

import io.sommelier.camel.SommelierComponent;
import io.sommelier.runtime.camel.CamelContexts;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.JmsComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes at one broker, in a Camel context of their own. Confined to one thread at a time, but for what its routes do. */
final class Serving implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    /** What a route has after its commands were cancelled, to answer that. */
    private static final Duration TO_ANSWER = Duration.ofSeconds(3);

    private final Broker broker;
    private final CamelContexts contexts;
    private final Supplier<GatewaySettings> settings;
    private final ScheduledExecutorService timer;
    private final CoreQueries queries;
    private final ReplySender replies;
    private final CamelContext context;
    private final Set<CompletableFuture<Void>> underWay = ConcurrentHashMap.newKeySet();
    private final Set<String> served = new TreeSet<>();
    private final Set<String> wanting = new TreeSet<>();

    /** Starts, with no route. */
    Serving(
            Broker broker,
            CamelContexts contexts,
            SommelierComponent component,
            Supplier<GatewaySettings> settings,
            ScheduledExecutorService timer) {
        this.broker = broker;
        this.contexts = contexts;
        this.settings = settings;
        this.timer = timer;
        queries = new CoreQueries(broker.core());
        replies = new ReplySender(broker.connections(), queries);
        context = contexts.create();
        try {
            context.setStreamCaching(false);
            component.setMaxInFlight(GatewaySettings.MOST_CONSUMERS);
            context.addComponent(SommelierComponent.SCHEME, component);
            context.addComponent("jms", JmsComponent.jmsComponent(broker.connections()));
            context.start();
        } catch (RuntimeException e) {
            contexts.release(context);
            throw e;
        }
    }

    Broker broker() {
        return broker;
    }

    /** The targets that have a route. */
    Set<String> served() {
        return Set.copyOf(served);
    }

    /** How many messages are worked on. */
    int underWay() {
        return underWay.size();
    }

    /** Has those targets a route, and no others; one that cannot be had now is tried at the next call. */
    void serve(Set<String> targets) {
        for (String gone : served()) {
            if (!targets.contains(gone)) {
                remove(gone);
            }
        }
        for (String target : new TreeSet<>(targets)) {
            if (!served.contains(target)) {
                add(target);
            }
        }
    }

    private void add(String target) {
        try {
            queries.make(target);
            context.addRoutes(new TargetRoute(target, settings, replies, underWay));
            served.add(target);
            wanting.remove(target);
        } catch (Exception e) { // whatever the broker or Camel throws
            if (wanting.add(target)) {
                LOG.warn("{} cannot be served, it is tried again until it can: {}", InQueues.of(target), e.toString());
            }
        }
    }

    private void remove(String target) {
        String id = InQueues.of(target);
        try {
            context.getRouteController().stopRoute(id);
            context.removeRoute(id);
            context.removeEndpoints("jms:queue:" + id + "*");
        } catch (Exception e) { // whatever Camel throws
            LOG.warn("The route {} did not stop cleanly: {}", id, e.toString());
        }
        served.remove(target);
    }

    @Override
    public void close() {
        close(settings.get().drainLimit());
    }

    /** Takes no more messages; commands have that long to end, are cancelled then, and are answered so. Blocks. */
    void close(Duration drainLimit) {
        ScheduledFuture<?> cancelling = timer.schedule(
                () -> underWay.forEach(gone -> gone.complete(null)), drainLimit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            context.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
            context.getShutdownStrategy().setTimeout(drainLimit.plus(TO_ANSWER).toMillis());
            contexts.release(context);
        } finally {
            cancelling.cancel(false);
            queries.close();
            served.clear();
        }
    }
}
