package io.sommelier.karaf.route;

import io.sommelier.runtime.camel.CamelContexts;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;

/** A bundle with a route of its own on the HTTP server, as an application would have it. Goes into a bundle of its own. */
public final class RouteApp {
    private volatile CamelContexts contexts;
    private volatile PlatformHttpEngine engine;
    private volatile CamelContext context;

    /** Called before it is activated. */
    protected void setContexts(CamelContexts present) {
        contexts = present;
    }

    /** Called before it is activated. */
    protected void setEngine(PlatformHttpEngine present) {
        engine = present;
    }

    /** Called when it is activated. */
    protected void activate(Map<String, Object> properties) throws Exception {
        context = contexts.create();
        context.getRegistry().bind("platform-http-engine", engine);
        context.addRoutes(new EchoRoutes(String.valueOf(properties.get("version"))));
        context.start();
    }

    /** Called when it is deactivated. */
    protected void deactivate() {
        contexts.release(context);
    }
}
