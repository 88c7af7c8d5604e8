package io.sommelier.gateway.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JMS client over TCP, a real broker, a real controller. */
@Timeout(90)
class JmsClientTest {
    private static final String QUEUE = "sommelier.in.cellar";

    @TempDir
    Path data;

    private final AtomicReference<Invocation> seen = new AtomicReference<>();
    private World world;
    private ActiveMQConnectionFactory connections;
    private JMSContext client;
    private TemporaryQueue replies;
    private JMSConsumer consumer;

    @BeforeEach
    void start() {
        world = new World(data, Map.of()).startBroker().awaitServed("cellar");
        connect();
    }

    private void connect() {
        connections = world.jms();
        client = connections.createContext();
        replies = client.createTemporaryQueue();
        consumer = client.createConsumer(replies);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        connections.close();
        world.close();
    }

    private void serveEcho() {
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(invocation.payload());
        });
    }

    /** The producers of a context share their time to live. */
    private JMSProducer producer() {
        return client.createProducer().setTimeToLive(0).setJMSReplyTo(replies);
    }

    private Queue queue() {
        return client.createQueue(QUEUE);
    }

    private Message reply() {
        Message reply = consumer.receive(20_000);
        assertThat(reply).as("a reply").isNotNull();
        return reply;
    }

    private void awaitAcknowledged() {
        await().until(() -> world.messages(QUEUE) == 0);
    }

    @Test
    void aTextIsAnsweredByATextAndToldByItsMessageId() throws Exception {
        serveEcho();
        TextMessage request = client.createTextMessage("Pétrus");

        producer().setProperty("sommelier_operation", "pour").send(queue(), request);

        Message reply = reply();
        assertThat(reply).isInstanceOf(TextMessage.class);
        assertThat(reply.getBody(String.class)).isEqualTo("Pétrus");
        assertThat(reply.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
        assertThat(reply.getJMSMessageID()).isNotNull();
        assertThat(reply.getStringProperty("sommelier_command_id"))
                .isEqualTo(seen.get().command().id().toString());
        assertThat(reply.propertyExists("sommelier_code")).isFalse();
        awaitAcknowledged();
    }

    @Test
    void bytesAreAnsweredByBytesAndToldByTheCorrelationId() throws Exception {
        serveEcho();
        BytesMessage request = client.createBytesMessage();
        request.writeBytes(new byte[] {1, (byte) 0xff, 3});

        producer().setJMSType("pour").setJMSCorrelationID("order-7").send(queue(), request);

        Message reply = reply();
        assertThat(reply).isInstanceOf(BytesMessage.class);
        assertThat(reply.getBody(byte[].class)).containsExactly(1, 0xff, 3);
        assertThat(reply.getJMSCorrelationID()).isEqualTo("order-7");
    }

    @Test
    void aCorrelationOfBytesComesBackAsBytes() throws Exception {
        serveEcho();

        producer()
                .setJMSType("pour")
                .setJMSCorrelationIDAsBytes(new byte[] {9, 8, 7})
                .send(queue(), "x");

        assertThat(reply().getJMSCorrelationIDAsBytes()).containsExactly(9, 8, 7);
    }

    @Test
    void aMessageWithoutABodyIsAnEmptyCommandAndABinaryAnswerToATextIsBytes() throws Exception {
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(Payload.copyOf(new byte[] {(byte) 0xff}));
        });

        producer().setJMSType("pour").send(queue(), client.createMessage());
        assertThat(reply().getBody(byte[].class)).containsExactly(0xff);
        assertThat(seen.get().payload().isEmpty()).isTrue();

        producer().setJMSType("pour").send(queue(), "text");
        assertThat(reply()).isInstanceOf(BytesMessage.class);
    }

    @Test
    void propertiesAreHeadersBothWays() throws Exception {
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(Part.complete(Payload.ofText("{}"))
                    .contentType("application/json")
                    .suggestedStatus(201)
                    .headers(Headers.builder()
                            .add("x-table", "4")
                            .add("a.b", "dot")
                            .add("sommelier_code", "forged")
                            .build())
                    .build());
        });

        producer()
                .setProperty("sommelier_operation", "pour")
                .setProperty("sommelier_content_type", "text/wine")
                .setProperty("sommelier_idempotent", "true")
                .setProperty("sommelier_idempotency_key", "key-1")
                .setProperty("CamelSommelierTarget", "attic")
                .setProperty("X_HYPHEN_Vintage", 1996)
                .setProperty("traceparent", "00-1-2-01")
                .send(queue(), "x");

        Message reply = reply();
        assertThat(seen.get().command().contentType()).isEqualTo("text/wine");
        assertThat(seen.get().command().idempotent()).isTrue();
        assertThat(seen.get().command().idempotencyKey()).isEqualTo("key-1");
        assertThat(seen.get().command().traceparent()).isEqualTo("00-1-2-01");
        assertThat(seen.get().command().headers().all()).containsExactly(new Headers.Header("x-vintage", "1996"));
        assertThat(reply.getStringProperty("x_HYPHEN_table")).isEqualTo("4");
        assertThat(reply.getStringProperty("a_DOT_b")).isEqualTo("dot");
        assertThat(reply.getStringProperty("sommelier_content_type")).isEqualTo("application/json");
        assertThat(reply.getIntProperty("sommelier_status")).isEqualTo(201);
        assertThat(reply.propertyExists("sommelier_code")).isFalse();
        assertThat(reply.propertyExists("x_HYPHEN_vintage")).isFalse();
    }

    @Test
    void theExpirationIsTheTimeToLive() {
        serveEcho();

        producer().setJMSType("pour").setTimeToLive(7_000).send(queue(), "x");
        reply();
        assertThat(seen.get().command().ttl()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(7));

        producer().setJMSType("pour").send(queue(), "x");
        reply();
        assertThat(seen.get().command().ttl()).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(30));

        producer()
                .setJMSType("pour")
                .setTimeToLive(7_000)
                .setProperty("sommelier_ttl", "2s")
                .send(queue(), "x");
        reply();
        assertThat(seen.get().command().ttl()).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aFailureIsToldByPropertiesAndAProblem() throws Exception {
        world.serve(
                "pour",
                (invocation, responder) -> responder.fail(Part.failed(CommandError.executed("cor\"ked"))
                        .contentType("text/plain")
                        .payload(Payload.ofText("why\n"))
                        .build()));

        producer().setJMSType("pour").send(queue(), "x");

        Message reply = reply();
        assertThat(reply.getStringProperty("sommelier_code")).isEqualTo("HANDLER_FAILED");
        assertThat(reply.getStringProperty("sommelier_outcome")).isEqualTo("EXECUTED");
        assertThat(reply.getStringProperty("sommelier_stage")).isEqualTo("EXECUTION");
        assertThat(reply.getBooleanProperty("sommelier_retryable")).isFalse();
        assertThat(reply.getStringProperty("sommelier_message")).isEqualTo("cor\"ked");
        assertThat(reply.getStringProperty("sommelier_content_type")).isEqualTo("application/problem+json");
        assertThat(reply.getBody(String.class))
                .isEqualTo("{\"type\":\"urn:sommelier:error:handler-failed\",\"title\":\"Handler failed\","
                        + "\"detail\":\"cor\\\"ked\",\"code\":\"HANDLER_FAILED\",\"outcome\":\"EXECUTED\","
                        + "\"retryable\":false,\"stage\":\"EXECUTION\",\"commandId\":\""
                        + reply.getStringProperty("sommelier_command_id")
                        + "\",\"reply\":{\"contentType\":\"text/plain\",\"text\":\"why\\u000a\"}}");
        awaitAcknowledged();
    }

    private String code(Message reply) throws Exception {
        return reply.getStringProperty("sommelier_code") + " " + reply.getStringProperty("sommelier_outcome");
    }

    @Test
    void whatIsNoCommandIsAnsweredAndNothingIsExecuted() throws Exception {
        serveEcho();

        producer().send(queue(), "x");
        assertThat(code(reply())).isEqualTo("INVALID_COMMAND REFUSED");
        producer().setJMSType("pour").setProperty("sommelier_ttl", "soon").send(queue(), "x");
        assertThat(code(reply())).isEqualTo("INVALID_COMMAND REFUSED");
        producer()
                .setJMSType("pour")
                .setProperty("sommelier_idempotent", "maybe")
                .send(queue(), "x");
        assertThat(code(reply())).isEqualTo("INVALID_COMMAND REFUSED");
        producer().setJMSType("pour").send(queue(), client.createObjectMessage(new java.util.ArrayList<>()));
        assertThat(code(reply())).isEqualTo("INVALID_COMMAND REFUSED");
        producer().setJMSType("pour").send(queue(), client.createMapMessage());
        assertThat(code(reply())).isEqualTo("INVALID_COMMAND REFUSED");
        producer().setJMSType("dance").send(queue(), "x");
        assertThat(code(reply())).isEqualTo("UNKNOWN_OPERATION NOT_SENT");

        assertThat(seen.get()).isNull();
        awaitAcknowledged();
    }

    @Test
    void aBodyAboveTheLimitIsRefused() throws Exception {
        serveEcho();
        world.gateway.settings(World.read(Map.of("maxBodyBytes", "3")));
        world.awaitServed("cellar");
        await().until(() -> {
            producer().setJMSType("pour").send(queue(), "four");
            return code(reply()).equals("PAYLOAD_TOO_LARGE REFUSED");
        });

        producer().setJMSType("pour").send(queue(), new byte[4]);
        assertThat(code(reply())).isEqualTo("PAYLOAD_TOO_LARGE REFUSED");
    }

    @Test
    void aMessageWithoutReplyToIsExecutedAndAcknowledged() {
        serveEcho();

        client.createProducer().setJMSType("pour").send(queue(), "x");

        await().until(() -> seen.get() != null);
        awaitAcknowledged();
    }

    @Test
    void aMessageIsAcknowledgedOnlyWhenItsReplyIsThere() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            let.await(20, TimeUnit.SECONDS);
            responder.complete(Payload.ofText("late"));
        });

        producer().setJMSType("pour").send(queue(), "x");
        await().until(() -> seen.get() != null);

        assertThat(world.messages(QUEUE)).isEqualTo(1);
        let.countDown();
        assertThat(reply().getBody(String.class)).isEqualTo("late");
        awaitAcknowledged();
    }

    @Test
    void aReplyToWhomIsGoneIsDroppedAndTheNextOneIsAnswered() throws Exception {
        CountDownLatch let = new CountDownLatch(1);
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            let.await(20, TimeUnit.SECONDS);
            responder.complete(invocation.payload());
        });
        String gone;
        try (JMSContext leaving = connections.createContext()) {
            TemporaryQueue his = leaving.createTemporaryQueue();
            gone = his.getQueueName();
            leaving.createProducer().setJMSReplyTo(his).setJMSType("pour").send(leaving.createQueue(QUEUE), "x");
            await().until(() -> seen.get() != null);
        }
        await().until(() -> world.messages(gone) == -1);

        let.countDown();
        awaitAcknowledged();

        assertThat(world.messages(gone)).as("it was not made again").isEqualTo(-1);
        producer().setJMSType("pour").send(queue(), "next");
        assertThat(reply().getBody(String.class)).isEqualTo("next");
    }

    @Test
    void aReplyIsNeverSentToWhereItsClientMayNotSend() {
        serveEcho();
        for (String inner : List.of("sommelier.command.cellar", "activemq.management", "sommelier.in.cellar")) {
            client.createProducer()
                    .setJMSReplyTo(client.createQueue(inner))
                    .setJMSType("pour")
                    .send(queue(), "x");
        }

        awaitAcknowledged();

        assertThat(seen.get()).as("nothing is executed").isNull();
    }

    @Test
    void manyClientsAtOnceGetTheirOwnReplies() throws Exception {
        world.serve("pour", CommandHandler.answering(Invocation::payload));
        int each = 100;
        List<String> wrong = new CopyOnWriteArrayList<>();
        Thread[] clients = new Thread[4];
        for (int i = 0; i < clients.length; i++) {
            String name = "client-" + i;
            clients[i] = new Thread(() -> {
                try (JMSContext mine = connections.createContext()) {
                    TemporaryQueue to = mine.createTemporaryQueue();
                    JMSConsumer answers = mine.createConsumer(to);
                    for (int k = 0; k < each; k++) {
                        mine.createProducer()
                                .setDeliveryMode(jakarta.jms.DeliveryMode.NON_PERSISTENT)
                                .setJMSReplyTo(to)
                                .setJMSType("pour")
                                .send(mine.createQueue(QUEUE), name + " " + k);
                        Message answer = answers.receive(20_000);
                        if (answer == null || !answer.getBody(String.class).equals(name + " " + k)) {
                            wrong.add(name + " " + k + ": " + answer);
                        }
                    }
                } catch (Exception e) {
                    wrong.add(e.toString());
                }
            });
            clients[i].start();
        }
        for (Thread one : clients) {
            one.join(60_000);
        }

        assertThat(wrong).isEmpty();
        awaitAcknowledged();
    }

    @Test
    void noMoreCommandsOfAQueueAreUnderWayThanItHasConsumers() throws Exception {
        List<Responder> responders = new CopyOnWriteArrayList<>();
        world.serve("pour", (invocation, responder) -> responders.add(responder));
        for (int i = 0; i < 20; i++) {
            producer().setJMSType("pour").send(queue(), "x" + i);
        }

        await().until(() -> responders.size() == 8);
        await().during(Duration.ofMillis(300)).until(() -> responders.size() == 8);
        for (int i = 0; i < 20; i++) {
            int next = i;
            await().until(() -> responders.size() > next);
            responders.get(i).complete(Payload.ofText("done"));
        }

        for (int i = 0; i < 20; i++) {
            assertThat(reply().getBody(String.class)).isEqualTo("done");
        }
        awaitAcknowledged();
    }

    @Test
    void aTargetThatComesHasAQueueAndAStrangerMakesNone() {
        assertThatThrownBy(() -> producer().send(client.createQueue("sommelier.in.attic"), "x"))
                .isInstanceOf(JMSRuntimeException.class);
        assertThat(world.gateway.served()).containsExactly("cellar");

        world.serve("attic", "search", CommandHandler.answering(invocation -> Payload.ofText("found")));

        world.awaitServed("cellar", "attic");
        producer().setJMSType("search").send(client.createQueue("sommelier.in.attic"), "x");
        assertThat(consumer.receiveBody(String.class, 20_000)).isEqualTo("found");
    }

    @Test
    void settingsSayWhichTargetsHaveAQueue() {
        world.gateway.settings(World.read(Map.of("servesKnown", "false", "targets", "kitchen, attic")));
        world.awaitServed("kitchen", "attic");

        world.gateway.settings(World.read(Map.of("maxTargets", "1", "targets", "kitchen, attic")));
        await().until(() -> world.gateway.served().size() == 1);

        world.gateway.settings(World.read(Map.of()));
        world.awaitServed("cellar");
    }

    @Test
    void aMessageThatWasDeliveredBeforeIsNotExecutedAgainUnlessItMayRunTwice() throws Exception {
        serveEcho();
        world.gateway.controller(null); // so that the test can take the messages first
        world.awaitServed();
        producer().setJMSType("pour").setJMSCorrelationID("once").send(queue(), "once");
        producer()
                .setJMSType("pour")
                .setJMSCorrelationID("twice")
                .setProperty("sommelier_idempotent", "true")
                .send(queue(), "twice");
        try (JMSContext other = connections.createContext(JMSContext.SESSION_TRANSACTED)) {
            JMSConsumer taking = other.createConsumer(other.createQueue(QUEUE));
            assertThat(taking.receive(20_000)).isNotNull();
            assertThat(taking.receive(20_000)).isNotNull();
            other.rollback();
        }

        world.gateway.controller(world.controller.admin());

        Map<String, Message> byId = new java.util.HashMap<>();
        for (int i = 0; i < 2; i++) {
            Message reply = reply();
            byId.put(reply.getJMSCorrelationID(), reply);
        }
        assertThat(code(byId.get("once"))).isEqualTo("ATTEMPTS_EXHAUSTED UNKNOWN");
        assertThat(byId.get("twice").getBody(String.class)).isEqualTo("twice");
        assertThat(seen.get().payload().asText()).isEqualTo("twice");
        awaitAcknowledged();
    }

    @Test
    void withoutAControllerMessagesWaitInTheQueue() throws Exception {
        serveEcho();
        world.gateway.controller(null);
        world.awaitServed();
        assertThat(world.gateway.problem()).contains("waits for a controller");

        producer().setJMSType("pour").send(queue(), "x");
        await().during(Duration.ofMillis(300)).until(() -> world.messages(QUEUE) == 1);
        world.gateway.controller(world.controller.admin());

        assertThat(reply().getBody(String.class)).isEqualTo("x");
        assertThat(world.gateway.problem()).isEmpty();
    }

    @Test
    void whatIsUnderWayWhenTheGatewayStopsIsCancelledAndAnswered() throws Exception {
        List<Responder> responders = new CopyOnWriteArrayList<>();
        world.serve("pour", (invocation, responder) -> responders.add(responder));
        producer().setJMSType("pour").send(queue(), "x");
        await().until(() -> !responders.isEmpty());

        world.gateway.stop();

        assertThat(code(reply())).isEqualTo("CANCELLED UNKNOWN");
        assertThat(responders.get(0).isEnded()).isTrue();
        awaitAcknowledged();
    }

    @Test
    void theBrokerMayStopAndStartAndWhatWaitsIsAnsweredThen() throws Exception {
        serveEcho();
        producer().setJMSType("pour").send(queue(), "before");
        assertThat(reply().getBody(String.class)).isEqualTo("before");
        world.gateway.controller(null);
        world.awaitServed();
        client.createProducer()
                .setJMSReplyTo(client.createQueue("replies.kept"))
                .setJMSType("pour")
                .send(queue(), "kept");
        client.close();
        connections.close();

        world.stopBroker();
        assertThat(world.gateway.problem()).contains("waits for a broker and a controller");
        world.gateway.controller(world.controller.admin());
        assertThat(world.gateway.problem()).contains("waits for a broker");
        world.startBroker().awaitServed("cellar");
        connect();

        try (JMSConsumer kept = client.createConsumer(client.createQueue("replies.kept"))) {
            assertThat(kept.receiveBody(String.class, 20_000)).isEqualTo("kept");
        }
        producer().setJMSType("pour").send(queue(), "after");
        assertThat(reply().getBody(String.class)).isEqualTo("after");
    }
}
