package io.sommelier.runtime.camel.internal;

import org.apache.camel.builder.RouteBuilder;

/** Routes of an application, with a bean of its own that Camel looks into and caches. */
public final class AppRoutes extends RouteBuilder {
    @Override
    public void configure() {
        getContext().getRegistry().bind("app", new App());
        from("direct:app").routeId("app").setBody(simple("${bean:app?method=sign}"));
    }

    /** The bean. */
    public static final class App {
        public String sign(String body) {
            return body + " by bean";
        }
    }
}
