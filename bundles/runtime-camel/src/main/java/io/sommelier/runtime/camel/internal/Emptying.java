package io.sommelier.runtime.camel.internal;

import java.util.List;
import java.util.Map;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.DefaultRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a context so that nothing of its owner stays reachable. A stopped context keeps its routes, and Camel keeps the
 * last context for ever (the simple language has a static instance), so what it holds has to be taken out.
 */
final class Emptying {
    private static final Logger LOG = LoggerFactory.getLogger(Emptying.class);

    private Emptying() {}

    static void stop(DefaultCamelContext context) {
        attempt(context, "stop its routes", () -> context.getRouteController().stopAllRoutes());
        for (Route route : List.copyOf(context.getRoutes())) {
            attempt(context, "remove a route", () -> context.removeRoute(route.getId()));
        }
        for (RouteDefinition definition : List.copyOf(context.getRouteDefinitions())) {
            attempt(context, "remove a route's definition", () -> context.removeRouteDefinition(definition));
        }
        attempt(context, "remove its endpoints", () -> context.removeEndpoints("*"));
        for (String component : List.copyOf(context.getComponentNames())) {
            attempt(context, "remove a component", () -> context.removeComponent(component));
        }
        attempt(context, "stop", context::stop);
        attempt(context, "leave the simple language", Emptying::leaveSimpleLanguage);
        attempt(context, "clear its registry", () -> clear(context.getRegistry(DefaultRegistry.class)));
    }

    /**
     * The simple language has a static instance that holds the context which used the language last. It is given a blank one. (To stop
     * the language does not help: it does not clear the kind of cache it has.)
     */
    private static void leaveSimpleLanguage() {
        var language = new SimpleLanguage();
        language.setCamelContext(new DefaultCamelContext(false));
        language.start();
    }

    private static void clear(DefaultRegistry registry) {
        if (registry != null && registry.getFallbackRegistry() instanceof Map<?, ?> bindings) {
            bindings.clear();
        }
    }

    private static void attempt(DefaultCamelContext context, String what, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            LOG.warn("The context {} did not {}, some of its memory may stay in use", context.getName(), what, e);
        }
    }

    /** One step of many, each of which is tried whatever became of the others. */
    private interface Step {
        void run() throws Exception;
    }
}
