package io.sommelier.karaf.route;

import org.apache.camel.builder.RouteBuilder;

/** Answers a version over HTTP. */
public final class EchoRoutes extends RouteBuilder {
    private final String version;

    EchoRoutes(String version) {
        this.version = version;
    }

    @Override
    public void configure() {
        from("platform-http:/echo").setBody(constant(version));
    }
}
