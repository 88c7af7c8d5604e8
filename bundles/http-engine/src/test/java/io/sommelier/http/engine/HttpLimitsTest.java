package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too large, too slow, too many or no HTTP at all is answered, and costs nothing afterwards. */
class HttpLimitsTest {
    private Server server;

    @BeforeEach
    void start() throws Exception {
        Map<String, String> settings = Map.of(
                "maxBodyBytes", "1000",
                "maxHeaderBytes", "512",
                "maxUriBytes", "256",
                "headerLimit", "300ms",
                "bodyLimit", "300ms",
                "idleLimit", "600ms",
                "maxConnections", "20");
        server = Server.with(settings, new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/echo").process(e -> {});
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aBodyAboveTheLimitIs413WhetherAnnouncedOrNot() throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(413);
            assertThat(client.isClosed()).isTrue();
        }
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("3e9\r\n" + "x".repeat(1001) + "\r\n0\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(413);
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.engine.held().now()).isZero();
    }

    @Test
    void aBodyAtTheLimitPasses() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.post("/echo", "x".repeat(1000)).reply().body()).hasSize(1000);
        }
    }

    @Test
    void aClientThatStillSendsItsLargeBodyGetsThe413() throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + "x".repeat(300_000));

            assertThat(client.reply().status()).isEqualTo(413);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /echo?%zz HTTP/1.1, 400",
        "GET /echo?a=%4 HTTP/1.1, 400",
        "GET /%c3%28 HTTP/1.1, 400",
        "GET /%00 HTTP/1.1, 400",
        "GET /a/../echo HTTP/1.1, 400",
        "GET /a/%2e%2e/echo HTTP/1.1, 400",
        "GET echo HTTP/1.1, 400",
        "GET /echo?a={x}|y^` HTTP/1.1, 204",
        "GET /echo?a=b=c&&;=&d HTTP/1.1, 204",
        "GET /echo HTTP/2.0, 505",
        "GET /echo HTTP/1.2, 505",
        "CONNECT a:80 HTTP/1.1, 501",
        "GET /echo, 400",
        "OPTIONS * HTTP/1.1, 204",
    })
    void anOddRequestLineGetsAnAnswer(String line, int status) throws Exception {
        try (RawClient client = server.client()) {
            client.send(line + "\r\nHost: a\r\n\r\n");

            assertThat(client.reply().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', 400",
        "'Host: a\r\nHost: b\r\n', 400",
        "'Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n', 400",
        "'Host: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n', 400",
        "'Host: a\r\nContent-Length: -1\r\n', 400",
        "'Host: a\r\nTransfer-Encoding: gzip\r\n', 501",
        "'Host: a\r\nExpect: tea\r\n', 417",
        "'Host: a\r\nX y: 1\r\n', 400",
    })
    void aHeaderThatCouldMeanTwoThingsIsRefusedAndTheConnectionClosed(String headers, int status) throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\n" + headers + "\r\n");

            assertThat(client.reply().status()).isEqualTo(status);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aLongHeaderIs431AndALongUri414() throws Exception {
        try (RawClient client = server.client()) {
            client.send("GET /echo HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(600) + "\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(431);
        }
        try (RawClient client = server.client()) {
            client.get("/" + "x".repeat(300));
            assertThat(client.reply().status()).isEqualTo(414);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "G",
                "GET /echo HTTP/1.1\r\nHost: a\r\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx",
                "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx",
                "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nGET /ec"
            })
    void aRequestThatDoesNotGoOnIs408(String begun) throws Exception {
        try (RawClient client = server.client()) {
            client.send(begun);
            if (begun.endsWith("GET /ec")) {
                assertThat(client.reply().status()).isEqualTo(204);
            }

            assertThat(client.reply().status()).isEqualTo(408);
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.engine.held().now()).isZero();
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aConnectionTooManyIs503AndTheOthersStay() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                clients.add(server.client());
                assertThat(clients.get(i).get("/echo").reply().status()).isEqualTo(204);
            }
            try (RawClient tooMany = server.client()) {
                RawClient.Reply reply = tooMany.reply();
                assertThat(reply.status()).isEqualTo(503);
                assertThat(reply.header("Retry-After")).isNotNull();
            }
            assertThat(clients.get(0).get("/echo").reply().status()).isEqualTo(204);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void memoryForBodiesIsBoundedOverAllConnections() throws Exception {
        try (Server small = Server.with(Map.of("maxHeldBytes", "20000", "maxBodyBytes", "100000"), new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("platform-http:/echo").process(e -> {});
                    }
                });
                RawClient first = small.client();
                RawClient second = small.client()) {
            first.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 16000\r\n\r\n" + "x".repeat(12_000));
            await().until(() -> small.engine.held().now() >= 12_000);

            assertThat(second.post("/echo", "y".repeat(9000)).reply().status()).isEqualTo(503);
            assertThat(first.send("x".repeat(4000)).reply().body()).hasSize(16_000);
            assertThat(small.engine.held().now()).isZero();
        }
    }

    @Test
    void aRequestCutAtAnyByteLeavesNothingBehind() throws Exception {
        String whole = "POST /echo?a=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                + "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        for (int cut = 0; cut < whole.length(); cut++) {
            try (RawClient client = server.client()) {
                client.send(whole.substring(0, cut));
            }
        }

        await().until(() -> server.engine.openConnections() == 0);
        assertThat(server.engine.held().now()).isZero();
        assertThat(server.context.getInflightRepository().size()).isZero();
    }

    @Test
    void aRequestInSingleBytesIsTheSameRequest() throws Exception {
        try (RawClient client = server.client()) {
            for (byte b : "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".getBytes("US-ASCII")) {
                client.send(new byte[] {b});
            }

            assertThat(client.reply().text()).isEqualTo("hello");
        }
    }

    @Test
    void garbageIsClosedAndLeavesNothingBehind() throws Exception {
        var random = new Random(7);
        for (int i = 0; i < 100; i++) {
            var garbage = new byte[1 + random.nextInt(2000)];
            random.nextBytes(garbage);
            try (RawClient client = server.client()) {
                client.send(garbage);
            }
        }

        await().until(() -> server.engine.openConnections() == 0);
        assertThat(server.engine.held().now()).isZero();
        try (RawClient client = server.client()) {
            assertThat(client.get("/echo").reply().status()).isEqualTo(204);
        }
    }
}
