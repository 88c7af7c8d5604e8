package io.sommelier.gateway.http;

import io.sommelier.api.Command;
import java.util.List;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;

/** The routes of a gateway, for one Camel context. */
final class GatewayRoutes extends RouteBuilder {
    /** Longer than any command lives: commands end by their own time, and nothing else ends them before. */
    private static final long REPLY_MILLIS = Command.MAX_TTL.plusHours(1).toMillis();

    private final List<Route> routes;

    GatewayRoutes(List<Route> routes) {
        this.routes = routes;
    }

    /**
     * One path.
     *
     * @param id the id of the route
     * @param methods the methods that it serves, with commas between
     * @param path with variables as {@code {id}}
     * @param processor what handles it
     */
    record Route(String id, String methods, String path, Processor processor) {
        private String uri() {
            return "platform-http:" + path + "?httpMethodRestrict=" + methods + "&requestTimeout=" + REPLY_MILLIS;
        }
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        for (Route route : routes) {
            from(route.uri()).routeId("sommelier-" + route.id()).process(route.processor());
        }
    }
}
