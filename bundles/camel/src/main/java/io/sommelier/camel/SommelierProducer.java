package io.sommelier.camel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.support.DefaultAsyncProducer;

/** Sends the commands of an endpoint. Thread-safe; {@link #process(Exchange, AsyncCallback)} never blocks. */
final class SommelierProducer extends DefaultAsyncProducer {
    private final Set<Sending> underWay = ConcurrentHashMap.newKeySet();

    SommelierProducer(SommelierEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public SommelierEndpoint getEndpoint() {
        return (SommelierEndpoint) super.getEndpoint();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        return new Sending(this, exchange, callback).start();
    }

    void begun(Sending sending) {
        underWay.add(sending);
    }

    void ended(Sending sending) {
        underWay.remove(sending);
    }

    /** How many commands are under way that a stop would cancel. */
    int underWay() {
        return underWay.size();
    }

    /** What the route, or the context, has under way when it stops is cancelled. A producer that only leaves a cache stops too. */
    @Override
    protected void doStop() throws Exception {
        for (Sending sending : underWay) {
            if (isOver(sending.routeId())) {
                sending.cancel("its route stopped");
            }
        }
        super.doStop();
    }

    /** Whether a route ends, or the context where there is none. The consumer of a route stops the producers before the route counts as stopping. */
    private boolean isOver(String routeId) {
        CamelContext context = getEndpoint().getCamelContext();
        if (context.isStopping() || context.isStopped()) {
            return true;
        }
        Route route = routeId.isEmpty() ? null : context.getRoute(routeId);
        if (route == null) {
            return !routeId.isEmpty();
        }
        return route.getConsumer() instanceof StatefulService consumer && isOver(consumer.getStatus())
                || isOver(context.getRouteController().getRouteStatus(routeId));
    }

    private static boolean isOver(ServiceStatus status) {
        return status == null || status.isStopping() || status.isStopped();
    }
}
