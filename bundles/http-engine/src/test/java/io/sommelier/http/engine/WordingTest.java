package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application words what the engine answers in its place; what belongs to no application keeps the engine's words. */
class WordingTest {
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.with(Map.of("maxBodyBytes", "10"), new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("platform-http:/app?httpMethodRestrict=POST")
                        .routeId("app")
                        .setBody(constant("app"));
                from("platform-http:/throws").process(exchange -> {
                    throw new IllegalStateException("broken");
                });
                from("platform-http:/never?requestTimeout=200").process(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        return false;
                    }
                });
            }
        });
        bind(problem -> ("{\"mine\":" + problem.get("status") + ",\"started\":" + problem.get("started") + "}")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private void bind(Function<Map<String, ?>, byte[]> wording) {
        server.context.getRegistry().unbind(Refusals.WORDING);
        server.context.getRegistry().bind(Refusals.WORDING, wording);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aMethodThatIsNotServedIsWorded() throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.get("/app").reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.text()).isEqualTo("{\"mine\":405,\"started\":false}");
            assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
            assertThat(reply.header("allow")).isEqualTo("OPTIONS, POST");
        }
    }

    @Test
    void aBodyThatIsTooLargeIsWorded() throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.post("/app", "x".repeat(11)).reply();

            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.text()).isEqualTo("{\"mine\":413,\"started\":false}");
        }
    }

    @Test
    void aRouteThatWentIsWordedAsItWasWhenItWent() throws Exception {
        try (RawClient client = server.client()) {
            server.context.getRouteController().stopRoute("app");
            server.context.getRegistry().unbind(Refusals.WORDING);

            RawClient.Reply reply = client.post("/app", "x").reply();

            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.text()).isEqualTo("{\"mine\":503,\"started\":false}");
        }
    }

    @Test
    void whatARouteHadStartedIsSaidToBeSo() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get("/throws").reply().text()).isEqualTo("{\"mine\":500,\"started\":true}");
            assertThat(client.get("/never").reply().text()).isEqualTo("{\"mine\":504,\"started\":true}");
        }
    }

    @Test
    void aPathOfNobodyKeepsTheWordsOfTheEngine() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get("/nothing").reply().text())
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                            + "\"detail\":\"nothing is served at this path\"}");
        }
    }

    @Test
    void wordsThatFailAreReplacedByThoseOfTheEngine() throws Exception {
        bind(problem -> {
            throw new IllegalStateException("no words");
        });
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.get("/app").reply();

            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.text()).contains("this path is served by OPTIONS, POST alone");
        }
    }
}
