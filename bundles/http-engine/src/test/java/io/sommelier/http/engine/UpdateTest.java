package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes come and go, settings change, the engine stops: no reply can be mistaken for a whole one, no connection is lost. */
class UpdateTest {
    private final BlockingQueue<HandPublisher> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<AsyncCallback> waiting = new LinkedBlockingQueue<>();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.with(Map.of("awayLimit", "1s", "replyLimit", "10s"), new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/app").routeId("app").setBody(constant("app"));
                from("platform-http:/other").routeId("other").setBody(constant("other"));
                from("platform-http:/hand").routeId("hand").process(e -> {
                    var publisher = new HandPublisher();
                    e.getMessage().setBody(publisher);
                    opened.add(publisher);
                });
                from("platform-http:/wait").routeId("wait").process(new Waiting());
                from("platform-http:/late?requestTimeout=200").routeId("late").process(new Waiting());
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void thePathOfARouteThatWentIs503AWhileAndThen404() throws Exception {
        try (RawClient client = server.client()) {
            server.context.getRouteController().stopRoute("app");

            RawClient.Reply away = client.get("/app").reply();
            assertThat(away.status()).isEqualTo(503);
            assertThat(away.header("Retry-After")).isNotNull();
            assertThat(client.get("/nothing").reply().status()).isEqualTo(404);
            assertThat(client.get("/other").reply().status()).isEqualTo(200);
            await().until(() -> client.get("/app").reply().status() == 404);
        }
    }

    @Test
    void aRouteThatComesBackIsServedOnTheSameConnection() throws Exception {
        try (RawClient client = server.client()) {
            server.context.getRouteController().stopRoute("app");
            assertThat(client.get("/app").reply().status()).isEqualTo(503);

            server.context.getRouteController().startRoute("app");
            assertThat(client.get("/app").reply().text()).isEqualTo("app");
        }
    }

    @Test
    void aSuspendedRouteIs503UntilItIsResumed() throws Exception {
        try (RawClient client = server.client()) {
            server.context.getRouteController().suspendRoute("app");
            assertThat(client.get("/app").reply().status()).isEqualTo(503);

            server.context.getRouteController().resumeRoute("app");
            assertThat(client.get("/app").reply().text()).isEqualTo("app");
        }
    }

    @Test
    void anOpenStreamOfAStoppedRouteIsBrokenOff() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            HandPublisher publisher = opened.poll(10, TimeUnit.SECONDS);
            publisher.next("one");
            client.head();
            client.chunk();

            server.context.getRouteController().stopRoute("hand");

            assertThatThrownBy(client::chunk).isInstanceOf(IOException.class);
            assertThat(publisher.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(server.context.getInflightRepository().size()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReplyThatItsClientDoesNotReadIsBrokenOffWithoutWaitingForIt(boolean isStopped) throws Exception {
        try (RawClient stalled = RawClient.narrow(server.port())) {
            stalled.get("/hand");
            HandPublisher publisher = opened.poll(10, TimeUnit.SECONDS);
            publisher.next("x".repeat(1 << 20));
            stalled.head();

            if (isStopped) {
                server.context.getRouteController().stopRoute("hand");
            } else {
                publisher.fail();
            }

            await().until(() -> server.engine.openConnections() == 0); // writeLimit is 30 s
            assertThat(server.context.getInflightRepository().size()).isZero();
        }
    }

    @Test
    void aStreamThatEndsInTimeEndsWhole() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            HandPublisher publisher = opened.poll(10, TimeUnit.SECONDS);
            publisher.next("one");
            client.head();
            client.chunk();
            var stopping = new Thread(() -> {
                try {
                    server.context.getRouteController().stopRoute("hand");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            stopping.start();
            publisher.complete();

            assertThat(client.chunk()).isEmpty();
            stopping.join();
        }
    }

    @Test
    void aRequestThatTheStoppedRouteDoesNotAnswerInTimeIs503() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/wait");
            AsyncCallback callback = waiting.poll(10, TimeUnit.SECONDS);

            server.context.getRouteController().stopRoute("wait", 1, TimeUnit.SECONDS);

            assertThat(client.reply().status()).isEqualTo(503);
            callback.done(false);
            await().until(() -> server.context.getInflightRepository().size() == 0);
        }
    }

    @Test
    void aRouteThatDoesNotAnswerIs504() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/late");

            assertThat(client.reply().status()).isEqualTo(504);
            waiting.poll(10, TimeUnit.SECONDS).done(false);
        }
    }

    @Test
    void aStoppedEngineEndsWhatIsOpenAndLeavesNoThread() throws Exception {
        RawClient idle = server.client();
        assertThat(idle.get("/app").reply().status()).isEqualTo(200);
        RawClient streaming = server.client();
        streaming.get("/hand");
        opened.poll(10, TimeUnit.SECONDS).next("one");
        streaming.head();
        streaming.chunk();
        RawClient asking = server.client();
        asking.get("/wait");
        waiting.poll(10, TimeUnit.SECONDS);
        int port = server.port();

        server.engine.close();

        assertThat(idle.isClosed()).isTrue();
        assertThatThrownBy(streaming::chunk).isInstanceOf(IOException.class);
        assertThat(asking.reply().status()).isEqualTo(503);
        assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(ConnectException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("sommelier-http"));
    }

    @Test
    void changedLimitsHoldForConnectionsThatAreThere() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get("/app").reply().status()).isEqualTo(200);

            server.engine.change(settings("maxBodyBytes", "10", server.port()));

            assertThat(client.post("/app", "x".repeat(11)).reply().status()).isEqualTo(413);
        }
    }

    @Test
    void anotherPortIsOpenedAndConnectionsOfTheOldOneStay() throws Exception {
        try (RawClient old = server.client()) {
            assertThat(old.get("/app").reply().status()).isEqualTo(200);
            int oldPort = server.port();

            server.engine.change(HttpSettings.read(Map.of("port", freePort(), "stopLimit", "200ms")));

            assertThat(server.port()).isNotEqualTo(oldPort);
            assertThat(old.get("/app").reply().status()).isEqualTo(200);
            assertThatThrownBy(() -> new RawClient(oldPort)).isInstanceOf(ConnectException.class);
            try (RawClient client = server.client()) {
                assertThat(client.get("/app").reply().status()).isEqualTo(200);
            }
            old.socket.close();
            await().until(() -> acceptingThreads() == 1);
        }
    }

    private static long acceptingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("sommelier-http-accept"))
                .count();
    }

    @Test
    void aPortThatIsTakenIsRefusedAndWhatWasInEffectStays() throws Exception {
        try (Server other = Server.with(new RouteBuilder() {
                    @Override
                    public void configure() {}
                });
                RawClient client = server.client()) {
            HttpSettings before = server.engine.settings();

            assertThatThrownBy(() -> server.engine.change(settings("maxBodyBytes", "10", other.port())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(other.port()));
            assertThat(server.engine.settings()).isSameAs(before);
            assertThat(client.get("/app").reply().status()).isEqualTo(200);
            try (RawClient late = server.client()) {
                assertThat(late.get("/app").reply().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void beforeTheFirstRouteEveryPathIs503() throws Exception {
        try (Server empty = Server.with(new RouteBuilder() {
                    @Override
                    public void configure() {}
                });
                RawClient client = empty.client()) {
            assertThat(client.get("/app").reply().status()).isEqualTo(503);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static HttpSettings settings(String key, String value, int port) {
        return HttpSettings.read(Map.of(key, value, "port", port, "stopLimit", "200ms"));
    }

    /** Leaves the exchange open until the test, or the client's end, closes it. */
    private final class Waiting extends AsyncProcessorSupport {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            assertThat(exchange.getProperty(Turn.GONE)).isInstanceOf(CompletionStage.class);
            waiting.add(callback);
            return false;
        }
    }
}
