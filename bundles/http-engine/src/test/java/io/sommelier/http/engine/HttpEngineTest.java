package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes are given, and what clients get. */
class HttpEngineTest {
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = Server.with(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/echo").process(e -> {});
                from("platform-http:/null").setBody(constant((Object) null));
                from("platform-http:/text").setBody(constant("crème"));
                from("platform-http:/latin")
                        .setHeader(Exchange.CONTENT_TYPE, constant("text/plain; charset=ISO-8859-1"))
                        .setBody(constant("crème"));
                from("platform-http:/code")
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(418))
                        .setBody(constant("short"));
                from("platform-http:/fail").throwException(new IllegalStateException("secret"));
                from("platform-http:/odd").setBody(constant(new Object()));
                from("platform-http:/split").setHeader("X-Evil", constant("a\r\nSet-Cookie: b"));
                from("platform-http:/slow").process(new org.apache.camel.support.AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, org.apache.camel.AsyncCallback callback) {
                        exchange.getMessage().setBody("slow");
                        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS)
                                .execute(() -> callback.done(false));
                        return false;
                    }
                });
                from("platform-http:/see")
                        .setBody(e -> e.getMessage().getHeaders().toString());
                from("platform-http:/headers")
                        .setHeader("X-Mine", constant("1"))
                        .setHeader("CamelSecret", constant("2"))
                        .setHeader("Content-Length", constant("9999"))
                        .setHeader("Cache-Control", constant("no-store"))
                        .setBody(constant("ok"));
                from("platform-http:/items/{id}/parts/{part}").setBody(simple("${header.id}-${header.part}"));
                from("platform-http:/items/all/parts/{part}").setBody(constant("literal"));
                from("platform-http:/files?matchOnUriPrefix=true").setBody(simple("${header.CamelHttpPath}"));
                from("platform-http:/files/deep?matchOnUriPrefix=true").setBody(constant("deep"));
                from("platform-http:/only?httpMethodRestrict=GET").setBody(constant("got"));
                from("platform-http:/only?httpMethodRestrict=PUT").setBody(constant("put"));
                from("platform-http:/json?consumes=application/json&produces=application/json")
                        .setBody(constant("{}"));
            }
        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aBodyGoesThroughUntouchedWhateverItsTypeSays() throws Exception {
        var body = new byte[256];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        for (String type :
                new String[] {"application/x-www-form-urlencoded", "multipart/form-data", "application/json"}) {
            try (RawClient client = server.client()) {
                client.send(
                        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: " + type + "\r\nContent-Length: 256\r\n\r\n");
                RawClient.Reply reply = client.send(body).reply();

                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.body()).isEqualTo(body);
                assertThat(reply.header("Content-Type")).isEqualTo(type);
                assertThat(reply.header("Date")).endsWith("GMT");
            }
        }
    }

    @Test
    void aChunkedBodyComesInOnePiece() throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n");

            assertThat(client.reply().text()).isEqualTo("hello world");
        }
    }

    @ParameterizedTest
    @CsvSource({"/null,204,''", "/text,200,crème", "/code,418,short"})
    void theReplyIsWhatTheMessageSays(String path, int status, String body) throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.get(path).reply();

            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.text()).isEqualTo(body);
        }
    }

    @Test
    void aTextIsEncodedAsItsTypeSays() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get("/latin").reply().body()).hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fail", "/odd", "/split"})
    void aFailedRouteIs500WithoutDetailsAndTheConnectionGoesOn(String path) throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.get(path).reply();

            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.text()).doesNotContain("secret");
            assertThat(reply.headers()).doesNotContainKey("Set-Cookie");
            assertThat(client.get("/text").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void pipelinedRepliesKeepTheOrderOfRequests() throws Exception {
        try (RawClient client = server.client()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("GET " + (i % 10 == 0 ? "/slow" : "/items/" + i + "/parts/x"))
                        .append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(requests.toString());

            for (int i = 0; i < 50; i++) {
                assertThat(client.reply().text()).isEqualTo(i % 10 == 0 ? "slow" : i + "-x");
            }
        }
    }

    @Test
    void moreIsPipelinedThanIsReadAheadAndNothingIsLost() throws Exception {
        try (RawClient client = server.client()) {
            String request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(5000);
            client.get("/slow");
            for (int i = 0; i < 60; i++) {
                client.send(request);
            }

            assertThat(client.reply().text()).isEqualTo("slow");
            for (int i = 0; i < 60; i++) {
                assertThat(client.reply().body()).hasSize(5000);
            }
        }
    }

    @Test
    void aRouteSeesQueryHeadersAndPathButNothingNamedLikeCamels() throws Exception {
        try (RawClient client = server.client()) {
            client.send("GET /see?a=1&a=2&cAmelQuery=evil&b=x%20y HTTP/1.1\r\nHost: h:1\r\nX-One: 1\r\n"
                    + "cAMELHttpUri: evil\r\norg.apache.camel.X: evil\r\n\r\n");

            assertThat(client.reply().text())
                    .contains("a=[1, 2]", "b=x y", "X-One=1", "CamelHttpMethod=GET", "CamelHttpPath=/see")
                    .contains("CamelHttpUrl=http://h:1/see", "CamelHttpQuery=a=1&a=2&cAmelQuery")
                    .doesNotContainIgnoringCase(" cAmelQuery=", "cAMELHttpUri: evil", "=evil,", "apache");
        }
    }

    @Test
    void repliesCarryTheRoutesHeadersButNeitherCamelsNorTheRequests() throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.send("GET /headers?q=v HTTP/1.1\r\nHost: a\r\nX-Asked: 1\r\n\r\n")
                    .reply();

            assertThat(reply.headers())
                    .containsEntry("X-Mine", "1")
                    .containsEntry("Cache-Control", "no-store")
                    .containsEntry("Content-Length", "2")
                    .doesNotContainKeys("CamelSecret", "X-Asked", "q", "Host");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/items/7/parts/a%2Fb,200,7-a/b",
        "/items/all/parts/1,200,literal",
        "/items/7/parts,404,",
        "/files,200,/files",
        "/files/x/y,200,/files/x/y",
        "/filesystem,404,",
        "/files/deep/er,200,deep",
        "/echo/,204,",
        "/nothing,404,",
        "http://other/text,200,crème",
    })
    void thePathChoosesTheRoute(String path, int status, String body) throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply reply = client.get(path).reply();

            assertThat(reply.status()).isEqualTo(status);
            if (body != null) {
                assertThat(reply.text()).isEqualTo(body);
            }
        }
    }

    @Test
    void aMethodThatNoRouteTakesIs405AndTheOthersAreNamed() throws Exception {
        try (RawClient client = server.client()) {
            RawClient.Reply refused = client.post("/only", "x").reply();
            assertThat(refused.status()).isEqualTo(405);
            assertThat(refused.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, PUT");

            client.send("OPTIONS /only HTTP/1.1\r\nHost: a\r\n\r\n");
            RawClient.Reply options = client.reply();
            assertThat(options.status()).isEqualTo(204);
            assertThat(options.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, PUT");

            client.send("PUT /only HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
            assertThat(client.reply().text()).isEqualTo("put");
        }
    }

    @Test
    void headGetsTheHeaderOfGetAlone() throws Exception {
        try (RawClient client = server.client()) {
            client.send("HEAD /only HTTP/1.1\r\nHost: a\r\n\r\n");
            RawClient.Reply reply = client.reply(true);

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("Content-Length")).isEqualTo("3");
            assertThat(client.get("/only").reply().text()).isEqualTo("got");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json; charset=utf-8,*/*,200",
        "application/json,'text/html, application/*;q=0.5',200",
        "text/xml,*/*,415",
        "application/json,text/html,406",
        "application/json,application/json;q=0,406"
    })
    void mediaTypesAreHeldToWhatTheRouteTakesAndGives(String type, String accept, int status) throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: " + type + "\r\nAccept: " + accept
                    + "\r\nContent-Length: 2\r\n\r\n{}");

            assertThat(client.reply().status()).isEqualTo(status);
        }
    }

    @Test
    void aClientOfHttp10IsAnsweredAndClosedUnlessItAsksOtherwise() throws Exception {
        try (RawClient client = server.client()) {
            client.send("GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.reply().header("Connection")).isEqualTo("keep-alive");

            client.send("GET /text HTTP/1.0\r\n\r\n");
            assertThat(client.reply().header("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyIsSentAfterA100() throws Exception {
        try (RawClient client = server.client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(100);

            assertThat(client.send("hi").reply().text()).isEqualTo("hi");
        }
    }

    @Test
    void aSecondRouteForTheSameRequestsIsRefused() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> server.context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("platform-http:/items/{other}/parts/{name}?httpMethodRestrict=")
                                .routeId("twin")
                                .setBody(constant(1));
                    }
                })))
                .hasStackTraceContaining("already served");
    }
}
