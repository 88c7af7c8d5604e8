package io.sommelier.camel;

import org.apache.camel.Consumer;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultEndpoint;

/** What one URI says. Immutable. */
final class SommelierEndpoint extends DefaultEndpoint {
    private final SommelierComponent component;
    private final EndpointOptions options;
    private final HeaderFilterStrategy headerFilter;

    SommelierEndpoint(
            String uri, SommelierComponent component, EndpointOptions options, HeaderFilterStrategy headerFilter) {
        super(uri, component);
        this.component = component;
        this.options = options;
        this.headerFilter = headerFilter;
        setExchangePattern(ExchangePattern.InOut);
    }

    EndpointOptions options() {
        return options;
    }

    HeaderFilterStrategy headerFilter() {
        return headerFilter;
    }

    SommelierComponent component() {
        return component;
    }

    @Override
    public Producer createProducer() {
        if (options.operations().size() > 1) {
            throw new IllegalArgumentException(getEndpointUri() + ": operation names "
                    + options.operations().size() + ", allowed to send to is one");
        }
        return new SommelierProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (options.targetId().isEmpty() || options.operations().isEmpty()) {
            throw new IllegalArgumentException(
                    getEndpointUri() + ": a route that serves commands names its target and its operation");
        }
        if (!options.instance().isEmpty()) {
            throw new IllegalArgumentException(
                    getEndpointUri() + ": instance is for sending; who serves is told his instance id");
        }
        SommelierConsumer consumer = new SommelierConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }
}
