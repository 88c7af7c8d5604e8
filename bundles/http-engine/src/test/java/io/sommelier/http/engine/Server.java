package io.sommelier.http.engine;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** An engine with a Camel context in the test's JVM, on a free port. */
final class Server implements AutoCloseable {
    final HttpEngine engine;
    final DefaultCamelContext context;

    private Server(Map<String, String> settings, RouteBuilder routes) throws Exception {
        var all = new HashMap<String, String>(settings);
        all.putIfAbsent("port", "0");
        all.putIfAbsent("ioThreads", "2");
        all.putIfAbsent("stopLimit", "200ms");
        engine = new HttpEngine(HttpSettings.read(all));
        engine.start();
        context = new DefaultCamelContext(false);
        context.disableJMX();
        context.getShutdownStrategy().setTimeout(3);
        context.getRegistry().bind("platform-http-engine", engine);
        context.addRoutes(routes);
        context.start();
    }

    static Server with(RouteBuilder routes) throws Exception {
        return new Server(Map.of(), routes);
    }

    static Server with(Map<String, String> settings, RouteBuilder routes) throws Exception {
        return new Server(settings, routes);
    }

    int port() {
        return engine.getServerPort();
    }

    RawClient client() throws Exception {
        return new RawClient(port());
    }

    @Override
    public void close() {
        context.stop();
        engine.close();
    }
}
