package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.answer;
import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import jakarta.jms.TemporaryQueue;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The main job in the assembly with the heap that it is shipped with: from HTTP to connectors, and what is left behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class HttpIT {
    private static final int REQUESTS = 10_000;
    private static final int AT_ONCE = 32;

    /** What may lie between the worker and a client that does not read: buffers of sockets, credit, queues. */
    private static final long BETWEEN_BYTES = 32 << 20;

    private Karaf karaf;
    private Queues queues;
    private Http http;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.asProcess("http");
        karaf.start();
        queues = new Queues(karaf);
        http = new Http(karaf);
        eventually(() -> assertThat(http.get("/targets").statusCode()).isEqualTo(200));
        eventually(() -> assertThat(ended("cellar", "Sommelier-Ttl", "500ms").statusCode())
                .isEqualTo(504)); // the broker is up
    }

    @AfterAll
    void stop() throws Exception {
        karaf.close();
    }

    private HttpResponse<String> ended(String target, String... headers) throws Exception {
        return http.post(target, "pour", "", headers);
    }

    private Connector pouring(String instance, AtomicInteger count) throws InterruptedException {
        return pouring(karaf, instance, count);
    }

    private static Connector pouring(Karaf at, String instance, AtomicInteger count) throws InterruptedException {
        Connector connector = Sending.connector(at, instance)
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> {
                    count.incrementAndGet();
                    return invocation.command().payload();
                }))
                .open();
        assertThat(connector.awaitActive(Duration.ofSeconds(60))).isTrue();
        return connector;
    }

    private ThreadMXBean threads() throws Exception {
        return ManagementFactory.newPlatformMXBeanProxy(
                karaf.mbeans(), ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
    }

    @Test
    @Order(1)
    void whatWaitsInTheBrokerIsAnsweredOverHttpWhenTheConnectorComes() throws Exception {
        CompletableFuture<HttpResponse<String>> late = http.send("cellar", "pour", "late", "Sommelier-Ttl", "60s");
        eventually(() -> assertThat(queues.counter("sommelier.command.cellar", "MessageCount"))
                .isPositive());

        Connector cellar = pouring("cellar-late", new AtomicInteger());

        assertThat(late.join().statusCode()).isEqualTo(200);
        assertThat(late.join().body()).isEqualTo("late");
        cellar.close();
    }

    @Test
    @Order(2)
    void anUnknownTargetIs404AndWhereNobodyMayWait503AtOnce() throws Exception {
        HttpResponse<String> unknown = ended("nowhere");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("\"outcome\":\"NOT_SENT\"");
        assertThat(queues.named("sommelier.command.nowhere")).isEmpty();

        karaf.edit("io.sommelier.controller", Map.of("absentMayWait", "false"));
        eventually(() ->
                assertThat(ended("cellar", "Sommelier-Ttl", "1s").statusCode()).isEqualTo(503));
        HttpResponse<String> refused = ended("cellar", "Sommelier-Ttl", "1h");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("\"code\":\"NO_MEMBER\"", "\"outcome\":\"NOT_SENT\"");

        karaf.edit("io.sommelier.controller", Map.of("absentMayWait", "true"));
        eventually(() -> assertThat(ended("cellar", "Sommelier-Ttl", "500ms").statusCode())
                .isEqualTo(504));
    }

    @Test
    @Order(3)
    void aConnectorThatIsKilledInMidCommandEndsItAtOnceWithTheOutcomeUnknown() throws Exception {
        try (ConnectorProcess victim = new ConnectorProcess(karaf, "victim")) {
            eventually(() -> assertThat(http.get("/targets/cellar").body()).contains("victim"));
            CompletableFuture<HttpResponse<String>> slow =
                    http.send("cellar", "slow", "{\"millis\":3600000}", "Sommelier-Ttl", "1h");
            eventually(() -> assertThat(http.get("/inflight").body()).contains("victim"));

            long killed = victim.pid();
            victim.kill();

            assertThat(slow.join().statusCode()).isEqualTo(502);
            assertThat(slow.join().body()).contains("\"outcome\":\"UNKNOWN\"");
            eventually(() -> assertThat(http.get("/channels").body()).doesNotContain("victim"));
            Witness.tell(
                    "connector victim",
                    killed,
                    "kill -9",
                    Witness.log(karaf, "channel down: victim"),
                    "GET /channels has no victim",
                    "502 " + slow.join().body());
        }
    }

    @Test
    @Order(4)
    void twoConnectorsShareAndNothingIsLeftOfTenThousandRequests() throws Exception {
        AtomicInteger one = new AtomicInteger();
        AtomicInteger two = new AtomicInteger();
        Connector first = pouring("cellar-1", one);
        Connector second = pouring("cellar-2", two);
        assertThat(pour(REQUESTS / 10))
                .containsOnly(Map.entry(200, REQUESTS / 10)); // every thread that is kept is there
        Map<String, Long> consumersBefore = consumers();
        int threadsBefore = threads().getThreadCount();

        assertThat(pour(REQUESTS)).containsOnly(Map.entry(200, REQUESTS));

        assertThat(one.get() + two.get()).isEqualTo(REQUESTS + REQUESTS / 10);
        assertThat(List.of(one.get(), two.get())).allMatch(share -> share > REQUESTS / 4);
        eventually(() -> assertThat(karaf.shell("sommelier:command-list")).contains("no command is in flight"));
        eventually(() -> assertThat(consumers()).isEqualTo(consumersBefore));
        eventually(() -> assertThat(threads().getThreadCount()).isLessThanOrEqualTo(threadsBefore));
        first.close();
        second.close();
    }

    /** Sends requests, so many at once; gives how many had which status. */
    private Map<Integer, Integer> pour(int requests) {
        Map<Integer, Integer> statuses = new TreeMap<>();
        List<CompletableFuture<HttpResponse<String>>> open = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            open.add(http.send("cellar", "pour", "n" + i));
            if (open.size() == AT_ONCE || i == requests - 1) {
                open.forEach(reply -> statuses.merge(reply.join().statusCode(), 1, Integer::sum));
                open.clear();
            }
        }
        return statuses;
    }

    /** The consumers of each queue of the broker. */
    private Map<String, Long> consumers() throws Exception {
        Map<String, Long> consumers = new TreeMap<>();
        for (String queue : queues.named("")) {
            consumers.put(queue, queues.counter(queue, "ConsumerCount"));
        }
        return consumers;
    }

    @Test
    @Order(5)
    void aGigabyteIsStreamedToAFastReader() throws Exception {
        Volume volume = new Volume();
        try (Connector cellar = streaming(volume)) {
            assertThat(cellar.isActive()).isTrue();
            try (InputStream reply = http.stream("cellar", "volume", "", "Sommelier-Ttl", "10m")) {
                assertThat(rest(reply)).isEqualTo(Volume.BYTES);
            }
        }
    }

    @Test
    @Order(6)
    void aReaderThatDoesNotReadHoldsTheWorkerBackAndNobodyElseAndGetsTheGigabyteAsWell() throws Exception {
        Volume volume = new Volume();
        try (Connector cellar = streaming(volume);
                InputStream reply = http.stream("cellar", "volume", "", "Sommelier-Ttl", "10m")) {
            long taken = reply.readNBytes(1 << 20).length;

            AtomicLong seen = new AtomicLong();
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> seen.getAndSet(volume.produced()) == volume.produced());

            assertThat(volume.produced()).isLessThan(taken + BETWEEN_BYTES);
            assertThat(answer(cellar, "cellar", "pour", "beside it")).isEqualTo("beside it");
            assertThat(http.post("cellar", "pour", "over HTTP").body()).isEqualTo("over HTTP");
            assertThat(taken + rest(reply)).isEqualTo(Volume.BYTES);
        }
    }

    private Connector streaming(Volume volume) throws InterruptedException {
        Connector connector = Sending.connector(karaf, "cellar-volume")
                .serves("cellar")
                .handler("volume", volume.handler())
                .handler(
                        "pour",
                        CommandHandler.answering(invocation ->
                                Payload.ofText(invocation.command().payload().asText())))
                .open();
        assertThat(connector.awaitActive(Duration.ofSeconds(60))).isTrue();
        return connector;
    }

    private static long rest(InputStream stream) throws Exception {
        byte[] buffer = new byte[256 << 10];
        long count = 0;
        for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
            count += read;
        }
        return count;
    }

    @Test
    @Order(7)
    void aClientOfAmqpGetsItsReply() throws Exception {
        Connector cellar = pouring("cellar-amqp", new AtomicInteger());
        String broker = "amqp://127.0.0.1:" + karaf.ports().amqp();
        try (JMSContext client = new JmsConnectionFactory(broker).createContext()) {
            TemporaryQueue replies = client.createTemporaryQueue();
            JMSConsumer consumer = client.createConsumer(replies);

            client.createProducer()
                    .setJMSReplyTo(replies)
                    .setJMSCorrelationID("order-7")
                    .setProperty("sommelier_operation", "pour")
                    .setTimeToLive(30_000)
                    .send(client.createQueue("sommelier.in.cellar"), "a claret");

            Message reply = consumer.receive(30_000);
            assertThat(reply).isNotNull();
            assertThat(reply.getBody(String.class)).isEqualTo("a claret");
            assertThat(reply.getJMSCorrelationID()).isEqualTo("order-7");
        }
        cellar.close();
    }

    @Test
    @Order(8)
    void aClientOfStompGetsItsReplyAndAFailureSaysWhatIsTrue() throws Exception {
        Connector cellar = pouring("cellar-stomp", new AtomicInteger());

        assertThat(Stomp.request(karaf.ports().stomp(), "cellar", "pour", "a claret"))
                .startsWith("MESSAGE")
                .contains("correlation-id:order-7")
                .endsWith("a claret");
        assertThat(Stomp.request(karaf.ports().stomp(), "cellar", "sing", ""))
                .contains("sommelier_code:UNKNOWN_OPERATION", "sommelier_outcome:NOT_SENT");
        cellar.close();
    }

    @Test
    @Order(9)
    void aClientThatGoesIsSeenByTheWorkerAlsoWhileNothingIsSent() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch cancelled = new CountDownLatch(2);
        Connector cellar = Sending.connector(karaf, "cellar-left")
                .serves("cellar")
                .handler("brood", (invocation, responder) -> {
                    responder.onCancel(cancelled::countDown);
                    begun.countDown();
                })
                .handler("murmur", (invocation, responder) -> {
                    responder.onCancel(cancelled::countDown);
                    responder.data(Payload.ofText("hm"));
                    begun.countDown();
                })
                .open();
        assertThat(cellar.awaitActive(Duration.ofSeconds(60))).isTrue();

        Socket silent = http.begin("cellar", "brood", "1h");
        Socket streamed = http.begin("cellar", "murmur", "1h");
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(streamed.getInputStream().read()).isEqualTo('H');

        silent.close();
        streamed.close();

        assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue(); // the deadline is an hour away
        eventually(() -> assertThat(karaf.shell("sommelier:command-list")).contains("no command is in flight"));
        cellar.close();
    }

    @Test
    @Order(10)
    void twoControllersAtOneBrokerExecuteEachOthersCommands() throws Exception {
        AtomicInteger there = new AtomicInteger();
        AtomicInteger here = new AtomicInteger();
        try (Karaf second = Karaf.asProcess("http-two")) {
            second.edit("io.sommelier.controller", Map.of("id", "controller-2"));
            second.edit(
                    "io.sommelier.runtime.artemis",
                    Map.of("url", "tcp://127.0.0.1:" + karaf.ports().core()));
            second.start();
            Connector cellar = pouring(second, "cellar-there", there);

            HttpResponse<String> reply = http.post("cellar", "pour", "over there", "Sommelier-Ttl", "60s");

            assertThat(reply.statusCode()).as("%s", reply.body()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo("over there");
            assertThat(there).hasValue(1);
            cellar.close();

            Connector own = pouring(karaf, "cellar-here", here);
            Http other = new Http(second);
            eventually(() -> assertThat(other.get("/targets").statusCode()).isEqualTo(200));
            HttpResponse<String> back = other.post("cellar", "pour", "and back", "Sommelier-Ttl", "60s");

            assertThat(back.statusCode()).as("%s", back.body()).isEqualTo(200);
            assertThat(back.body()).isEqualTo("and back");
            assertThat(List.of(there.get(), here.get())).containsExactly(1, 1);
            own.close();
            second.stop();
            assertThat(Complaints.all(second.log())).isEmpty();
        }
        eventually(() -> assertThat(karaf.shell("sommelier:command-list")).contains("no command is in flight"));
    }

    @Test
    @Order(11)
    void itsLogHasNoWarningAndNoStackTrace() throws Exception {
        assertThat(Complaints.all(karaf.log())).isEmpty();
    }
}
