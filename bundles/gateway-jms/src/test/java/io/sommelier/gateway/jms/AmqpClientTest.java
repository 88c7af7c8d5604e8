package io.sommelier.gateway.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that speaks AMQP 1.0, from another project than the broker. */
@Timeout(90)
class AmqpClientTest {
    private static final String QUEUE = "sommelier.in.cellar";

    @TempDir
    Path data;

    private final AtomicReference<Invocation> seen = new AtomicReference<>();
    private World world;
    private JMSContext client;
    private TemporaryQueue replies;
    private JMSConsumer consumer;

    @BeforeEach
    void start() {
        world = new World(data, Map.of()).startBroker().awaitServed("cellar");
        client = new JmsConnectionFactory("amqp://127.0.0.1:" + world.port("AMQP")).createContext();
        replies = client.createTemporaryQueue();
        consumer = client.createConsumer(replies);
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(
                    Part.complete(invocation.payload()).contentType("text/wine").build());
        });
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        world.close();
    }

    private JMSProducer producer() {
        return client.createProducer().setJMSReplyTo(replies);
    }

    private Message reply() {
        Message reply = consumer.receive(20_000);
        assertThat(reply).as("a reply").isNotNull();
        return reply;
    }

    @Test
    void aTextIsAnsweredByATextAndToldByItsMessageId() throws Exception {
        TextMessage request = client.createTextMessage("Pétrus");

        producer().setProperty("sommelier_operation", "pour").send(client.createQueue(QUEUE), request);

        Message reply = reply();
        assertThat(reply).isInstanceOf(TextMessage.class);
        assertThat(reply.getBody(String.class)).isEqualTo("Pétrus");
        assertThat(reply.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
        assertThat(reply.getStringProperty("sommelier_content_type")).isEqualTo("text/wine");
    }

    @Test
    void bytesAreAnsweredByBytesAndToldByTheCorrelationIdWithinTheirTime() throws Exception {
        BytesMessage request = client.createBytesMessage();
        request.writeBytes(new byte[] {1, (byte) 0xff});

        producer()
                .setJMSType("pour") // the subject
                .setJMSCorrelationID("order-7")
                .setTimeToLive(9_000)
                .send(client.createQueue(QUEUE), request);

        Message reply = reply();
        assertThat(reply).isInstanceOf(BytesMessage.class);
        assertThat(reply.getBody(byte[].class)).containsExactly(1, 0xff);
        assertThat(reply.getJMSCorrelationID()).isEqualTo("order-7");
        assertThat(seen.get().command().ttl()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(9));
    }

    @Test
    void aFailureIsToldByPropertiesAndAProblem() throws Exception {
        producer().setJMSType("dance").send(client.createQueue(QUEUE), "x");

        Message reply = reply();
        assertThat(reply.getStringProperty("sommelier_code")).isEqualTo("UNKNOWN_OPERATION");
        assertThat(reply.getStringProperty("sommelier_outcome")).isEqualTo("NOT_SENT");
        assertThat(reply.getBody(String.class)).contains("\"code\":\"UNKNOWN_OPERATION\"");
        assertThat(seen.get()).isNull();
        assertThat(Payload.ofText(reply.getBody(String.class)).isEmpty()).isFalse();
    }
}
