package io.sommelier.runtime.camel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A bundle has one context at a time, and a released one is empty. */
class SingleContextTest {
    private final SingleContext single = new SingleContext("org.example.app");

    @AfterEach
    void close() {
        single.close();
    }

    @Test
    void aContextIsNamedAfterItsBundleAndNotStarted() {
        CamelContext context = single.create();

        assertThat(context.getName()).isEqualTo("org.example.app");
        assertThat(context.getStatus()).isNotEqualTo(ServiceStatus.Started);
        assertThat(context.getApplicationContextClassLoader()).isSameAs(DefaultCamelContext.class.getClassLoader());
    }

    @Test
    void aSecondContextIsRefusedUntilTheFirstIsReleased() {
        CamelContext first = single.create();

        assertThatThrownBy(single::create)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("org.example.app");

        single.release(first);
        assertThat(single.create()).isNotSameAs(first);
    }

    @Test
    void aReleasedContextIsStoppedAndHoldsNoRouteAndNoEndpoint() throws Exception {
        var context = (DefaultCamelContext) single.create();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").setBody(simple("${body}!")).to("log:out");
            }
        });
        context.start();

        single.release(context);

        assertThat(context.getStatus()).isEqualTo(ServiceStatus.Stopped);
        assertThat(context.getRoutes()).isEmpty();
        assertThat(context.getRouteDefinitions()).isEmpty();
        assertThat(context.getEndpoints()).isEmpty();
    }

    @Test
    void theContextOfAnotherBundleIsLeftAsItIs() throws Exception {
        try (var other = new SingleContext("org.example.other")) {
            CamelContext context = other.create();
            context.start();

            single.release(context);

            assertThat(context.getStatus()).isEqualTo(ServiceStatus.Started);
        }
    }

    @Test
    void aContextThatWasNeverStartedIsReleasedToo() {
        CamelContext context = single.create();

        single.release(context);
        single.release(context);

        assertThat(single.create()).isNotSameAs(context);
    }
}
