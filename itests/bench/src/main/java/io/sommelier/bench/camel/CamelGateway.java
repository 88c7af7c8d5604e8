package io.sommelier.bench.camel;

import io.sommelier.bench.party.FreePort;
import io.sommelier.bench.party.Party;
import io.sommelier.bench.waiting.BrokerHome;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * HTTP to a queue and back, as one would write it with Camel alone: {@code netty-http}, {@code jms} InOut over pooled
 * connections to the broker in this JVM, messages that are not kept on disk, a reply queue of its own with consumers that
 * stay. {@code broker} answers where workers find the broker.
 */
public final class CamelGateway implements Party {
    /** Where the commands are. */
    static final String QUEUE = "bench.commands";

    private final int port;
    private final BrokerHome broker;
    private final CamelContext camel;

    /**
     * Listens.
     *
     * @param wantedPort the port, 0 for any free one
     * @param broker closed with this
     * @param consumers how many take replies at once
     */
    public CamelGateway(String host, int wantedPort, BrokerHome broker, int consumers) throws Exception {
        port = wantedPort == 0 ? FreePort.next() : wantedPort;
        this.broker = broker;
        camel = new DefaultCamelContext();
        camel.addComponent("jms", JmsComponent.jmsComponentAutoAcknowledge(broker.jms()));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("netty-http:http://" + host + ":" + port + "/command")
                        .convertBodyTo(byte[].class)
                        .removeHeaders("*")
                        .to(
                                ExchangePattern.InOut,
                                "jms:queue:" + QUEUE
                                        + "?deliveryPersistent=false&replyTo=bench.replies&replyToType=Exclusive"
                                        + "&replyToCacheLevelName=CACHE_CONSUMER&replyToConcurrentConsumers="
                                        + consumers)
                        .removeHeaders("*")
                        .setHeader("Content-Type", constant("application/octet-stream"));
            }
        });
        camel.start();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String tell(String verb, List<String> words) {
        if (verb.equals("broker")) {
            return Integer.toString(broker.port());
        }
        throw new IllegalArgumentException("Camel does not know '" + verb + "'");
    }

    @Override
    public void close() {
        camel.stop();
        broker.close();
    }
}
