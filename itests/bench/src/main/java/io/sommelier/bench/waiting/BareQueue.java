package io.sommelier.bench.waiting;

import io.sommelier.bench.core.CallerLoad;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.SendAcknowledgementHandler;
import org.apache.activemq.artemis.api.core.client.ServerLocator;

/**
 * A bare producer and a bare consumer of a queue, a connection each, over the core protocol; every message is
 * acknowledged by itself. What the consumer gets, in the order in which it was sent, is the answer. The producer is
 * confined to one thread.
 */
public final class BareQueue implements AutoCloseable {
    private static final String QUEUE = "bench.bare";
    private static final int CONFIRMATION_BYTES = 1 << 20;

    private final Sessions sessions;
    private final byte[] payload;
    private final boolean durable;
    private final ClientSession producing;
    private final ClientProducer producer;
    private final ClientSession consuming;
    private final Queue<BiConsumer<Object, Throwable>> waiting = new ConcurrentLinkedQueue<>();

    /** Gives sessions, each over a connection of its own. */
    public interface Sessions extends AutoCloseable {
        /** Opens one in which every send and every acknowledgement stands for itself. */
        ClientSession open() throws Exception;

        @Override
        void close();
    }

    /** Sessions within the JVM of the broker, which they close with them. */
    public static Sessions within(BrokerHome broker) {
        return new Sessions() {
            @Override
            public ClientSession open() throws ActiveMQException {
                return broker.core().open(broker.core().connect());
            }

            @Override
            public void close() {
                broker.close();
            }
        };
    }

    /** Sessions with a broker in another process, set as those within. */
    public static Sessions towards(InetSocketAddress broker) throws Exception {
        ServerLocator locator = ActiveMQClient.createServerLocator(
                        "tcp://" + broker.getHostString() + ":" + broker.getPort())
                .setConfirmationWindowSize(CONFIRMATION_BYTES)
                .setProducerWindowSize(-1)
                .setBlockOnAcknowledge(false);
        return new Sessions() {
            @Override
            public ClientSession open() throws Exception {
                return locator.createSessionFactory().createSession(null, null, false, true, true, false, 0);
            }

            @Override
            public void close() {
                locator.close();
            }
        };
    }

    /** Has sent nothing, and takes nothing yet. */
    public BareQueue(Sessions sessions, LoadShape shape, boolean durable) throws Exception {
        this.sessions = sessions;
        this.durable = durable;
        payload = shape.payload();
        producing = sessions.open();
        producing.createQueue(QueueConfiguration.of(QUEUE)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(true)
                .setAutoDelete(false));
        producer = producing.createProducer(QUEUE);
        consuming = sessions.open();
        ClientConsumer consumer = consuming.createConsumer(QUEUE);
        consumer.setMessageHandler(this::take);
    }

    private void take(ClientMessage message) {
        BiConsumer<Object, Throwable> answer = waiting.remove();
        try {
            byte[] body = new byte[message.getBodyBuffer().readableBytes()];
            message.getBodyBuffer().readBytes(body);
            message.individualAcknowledge();
            answer.accept(body, null);
        } catch (ActiveMQException e) {
            answer.accept(null, e);
        }
    }

    private void send(BiConsumer<Object, Throwable> answer, SendAcknowledgementHandler confirmed) {
        waiting.add(answer);
        try {
            ClientMessage message = producing.createMessage(durable);
            message.getBodyBuffer().writeBytes(payload);
            producer.send(null, message, confirmed);
        } catch (ActiveMQException e) {
            answer.accept(null, e);
        }
    }

    /** The consumer is there; so many messages are on their way at once. */
    public Load flowing(LoadShape shape, Meter meter) throws ActiveMQException {
        consuming.start();
        return new CallerLoad(answer -> send(answer, message -> {}), shape.inFlight(), meter, this::close);
    }

    /** So many messages are sent while the consumer does not take any; then it takes them. */
    public Load waves(LoadShape shape, Meter meter) {
        return new WaveLoad(new Messages(), shape.inFlight(), meter, this::close);
    }

    @Override
    public void close() {
        producing.getSessionFactory().close();
        consuming.getSessionFactory().close();
        sessions.close();
    }

    private final class Messages implements WaveLoad.Tide {
        @Override
        public CompletableFuture<?> put(BiConsumer<Object, Throwable> answer) {
            CompletableFuture<Message> confirmed = new CompletableFuture<>();
            send(answer, confirmed::complete);
            return confirmed;
        }

        @Override
        public void open() throws ActiveMQException {
            consuming.start();
        }

        @Override
        public void shut() throws ActiveMQException {
            consuming.stop();
        }
    }
}
