package io.sommelier.mailbox.artemis;

import java.util.UUID;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** Measures the broker's clock with messages to itself, through a queue that lives as long as the session. Confined to the thread of its reader, which it blocks for a round trip. */
final class ClockEcho {
    private static final int FIRST_ECHOES = 8;
    private static final int ECHOES = 3;
    private static final long ECHO_LIMIT_MILLIS = 2000;

    private final ClientSession session;
    private final BrokerClock clock;
    private final LongSupplier nanos;
    private final String queue = "sommelier.clock." + UUID.randomUUID();
    private ClientProducer producer;
    private ClientConsumer consumer;
    private long measuredNanos;

    ClockEcho(ClientSession session, BrokerClock clock, LongSupplier nanos) {
        this.session = session;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** The queue it measures through. */
    String queue() {
        return queue;
    }

    /** Measures for the first time. */
    void measure() throws ActiveMQException {
        session.createQueue(QueueConfiguration.of(queue)
                .setAddress(queue)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(false)
                .setTemporary(true));
        producer = session.createProducer(queue);
        consumer = session.createConsumer(queue);
        measure(FIRST_ECHOES);
    }

    /** Measures when the last time is longer ago than the period. */
    void measureWhenDue(long periodNanos) throws ActiveMQException {
        if (System.nanoTime() - measuredNanos > periodNanos) {
            measure(ECHOES);
        }
    }

    private void measure(int echoes) throws ActiveMQException {
        for (int i = 0; i < echoes; i++) {
            ClientMessage message = session.createMessage(false);
            long sent = nanos.getAsLong();
            producer.send(message);
            ClientMessage back = consumer.receive(ECHO_LIMIT_MILLIS);
            long received = nanos.getAsLong();
            if (back == null) {
                throw new ActiveMQException("the broker did not return an echo within " + ECHO_LIMIT_MILLIS + " ms");
            }
            back.acknowledge();
            long stamp = MessageForm.ingressMillis(back);
            if (stamp == 0) {
                throw new ActiveMQException("the broker does not say when it takes a message: set"
                        + " enable-ingress-timestamp to true for sommelier.#");
            }
            clock.echoed(sent, stamp, received);
        }
        measuredNanos = System.nanoTime();
    }

    /** Takes the queue away; else the broker does it when the session ends, and complains when it is stopping itself. */
    void close() throws ActiveMQException {
        consumer.close();
        session.deleteQueue(queue);
    }
}
