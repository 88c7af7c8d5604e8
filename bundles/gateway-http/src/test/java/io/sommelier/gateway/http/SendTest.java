package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that is sent, and answered in one piece; what a request may say, and what is refused. */
@Timeout(60)
class SendTest {
    private final ObjectMapper json = new ObjectMapper();
    private final BlockingQueue<Command> received = new LinkedBlockingQueue<>();
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open();
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** Serves an operation that keeps the command it gets, and answers it. */
    private void serveNoting() {
        world.serve("pour", (invocation, responder) -> {
            received.add(invocation.command());
            World.ECHO.handle(invocation, responder);
        });
    }

    private Command taken() throws InterruptedException {
        Command command = received.poll(10, TimeUnit.SECONDS);
        assertThat(command).as("the worker got a command").isNotNull();
        return command;
    }

    private void assertRefused(HttpResponse<String> reply, int status, String code, String... words) throws Exception {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(reply.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = json.readTree(reply.body());
        assertThat(problem.get("code").asText()).isEqualTo(code);
        for (String word : words) {
            assertThat(problem.get("detail").asText()).contains(word);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=none",
                "application/json",
                "text/plain; charset=utf-16",
                "application/octet-stream"
            })
    void payloadAndContentTypePassThroughUntouched(String type) throws Exception {
        serveNoting();
        byte[] payload = new byte[5000];
        new Random(7).nextBytes(payload);

        HttpResponse<byte[]> reply = world.http.send(
                world.request("/commands/cellar/pour")
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofByteArray(payload))
                        .build(),
                BodyHandlers.ofByteArray());

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo(payload);
        assertThat(reply.headers().firstValue("content-type")).contains(type);
        assertThat(reply.headers().firstValue("content-length")).contains("5000");
        assertThat(taken().contentType()).isEqualTo(type);
    }

    @Test
    void theFormTypeOfCurlIsNotParsed() throws Exception {
        serveNoting();
        try (RawClient client = world.client()) {
            String body = "a=1&b=%zz&{\"c\":";
            client.send("POST /commands/cellar/pour HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/8\r\nAccept: */*\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);

            assertThat(client.reply().text()).isEqualTo(body);
            assertThat(taken().headers()).isEmpty();
        }
    }

    @Test
    void aCommandWithoutABodyHasAnEmptyPayloadAndNoType() throws Exception {
        serveNoting();

        HttpResponse<String> reply = world.http.send(
                world.request("/commands/cellar/pour")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(reply.statusCode()).isEqualTo(204);
        assertThat(reply.headers().firstValue("content-type")).isEmpty();
        Command command = taken();
        assertThat(command.payload().isEmpty()).isTrue();
        assertThat(command.contentType()).isEmpty();
    }

    @Test
    void everyHeaderReachesTheCommand() throws Exception {
        serveNoting();
        String id = "3f2b5a60-1111-4222-8333-444455556666";

        HttpResponse<String> reply = world.post(
                "pour",
                "wine",
                "Sommelier-Ttl",
                "1500ms",
                "Sommelier-Instance",
                "member:pour",
                "Sommelier-Idempotent",
                "true",
                "Sommelier-Durable",
                "false",
                "Sommelier-Command-Id",
                id,
                "Idempotency-Key",
                "\"order \\\"4711\\\"\"",
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("sommelier-command-id")).contains(id);
        Command command = taken();
        assertThat(command.id()).hasToString(id);
        assertThat(command.target().instance()).isEqualTo("member:pour");
        assertThat(command.ttl()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(1500));
        assertThat(command.idempotent()).isTrue();
        assertThat(command.durable()).isFalse();
        assertThat(command.idempotencyKey()).isEqualTo("order \"4711\"");
        assertThat(command.traceparent()).isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void onlyChosenHeadersReachTheWorker() throws Exception {
        serveNoting();

        world.post(
                "pour",
                "wine",
                "X-Request-Id",
                "r1",
                "x-request-id",
                "r2",
                "X-Other",
                "o",
                "Authorization",
                "Bearer secret",
                "Cookie",
                "a=b");

        assertThat(taken().headers().all())
                .containsExactly(new Headers.Header("x-request-id", "r1"), new Headers.Header("x-request-id", "r2"));
    }

    @Test
    void evenAStarDoesNotPassWhatProvesWhoSomebodyIsNorWhatTheServerAdds() throws Exception {
        world.gateway.settings(java.util.Map.of("passHeaders", "*"));
        serveNoting();

        world.post("pour", "wine", "X-Other", "o", "Authorization", "Bearer secret", "Cookie", "a=b", "target", "t");

        assertThat(taken().headers().all())
                .extracting(Headers.Header::name)
                .contains("x-other", "user-agent")
                .doesNotContain("authorization", "cookie", "host", "content-length", "target", "operation")
                .noneMatch(name -> name.startsWith("camel"));
    }

    @Test
    void headersOfTheWorkerComeBackAsFarAsTheyAreChosenAndPossible() throws Exception {
        Headers headers = Headers.builder()
                .add("X-Vintage", "1998")
                .add("Link", "<a>")
                .add("Link", "<b>")
                .add("Set-Cookie", "a=b")
                .add("Content-Length", "1")
                .add("Transfer-Encoding", "chunked")
                .add("Sommelier-Command-Id", "forged")
                .add("X-Injected", "a\r\nSet-Cookie: b=c")
                .add("X-Umlaut", "süß")
                .add("X-Bad(Name)", "a")
                .build();
        world.serve(
                "pour",
                (invocation, responder) -> responder.complete(
                        Part.complete(Payload.ofText("wine")).headers(headers).build()));

        HttpResponse<String> reply = world.post("pour", "");

        assertThat(reply.body()).isEqualTo("wine");
        assertThat(reply.headers().map().get("x-vintage")).containsExactly("1998");
        assertThat(reply.headers().map().get("link")).containsExactly("<a>", "<b>");
        assertThat(reply.headers().map()).doesNotContainKeys("set-cookie", "x-injected", "x-umlaut", "x-bad(name)");
        assertThat(reply.headers().allValues("sommelier-command-id"))
                .singleElement()
                .isNotEqualTo("forged");
        assertThat(reply.headers().firstValue("content-type")).contains("application/octet-stream");
    }

    @Test
    void headersOfTheAcceptedPartHoldUnlessTheTerminalSaysOtherwise() throws Exception {
        world.serve("pour", (invocation, responder) -> {
            responder.accept(Part.accepted()
                    .contentType("text/plain")
                    .headers(Headers.builder().add("X-A", "1").add("X-B", "1").build())
                    .build());
            responder.complete(Part.complete(Payload.ofText("wine"))
                    .headers(Headers.of("x-b", "2"))
                    .build());
        });

        HttpResponse<String> reply = world.post("pour", "");

        assertThat(reply.headers().allValues("x-a")).containsExactly("1");
        assertThat(reply.headers().allValues("x-b")).containsExactly("2");
        assertThat(reply.headers().firstValue("content-type")).contains("text/plain");
        assertThat(reply.headers().firstValue("content-length")).contains("4");
    }

    @ParameterizedTest
    @CsvSource({
        "0,wine,200",
        "0,,204",
        "201,wine,201",
        "404,wine,404",
        "204,wine,200",
        "304,wine,200",
        "204,,204",
        "599,x,599"
    })
    void theStatusThatAWorkerSuggestsIsUsedWhereItCanBe(int suggested, String text, int status) throws Exception {
        world.serve(
                "pour",
                (invocation, responder) ->
                        responder.complete(Part.complete(text == null ? Payload.empty() : Payload.ofText(text))
                                .suggestedStatus(suggested)
                                .build()));

        HttpResponse<String> reply = world.post("pour", "");

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(reply.body()).isEqualTo(text == null ? "" : text);
    }

    @Test
    void aFailureOfTheWorkerShowsItsStatusAndWhatItSent() throws Exception {
        Part failed = Part.failed(CommandError.executed("corked"))
                .suggestedStatus(410)
                .contentType("application/json")
                .payload(Payload.ofText("{\"bottle\":\n7}"))
                .build();
        world.serve("pour", (invocation, responder) -> responder.fail(failed));

        HttpResponse<String> reply = world.post("pour", "");

        assertRefused(reply, 410, "HANDLER_FAILED", "corked");
        JsonNode problem = json.readTree(reply.body());
        assertThat(problem.get("outcome").asText()).isEqualTo("EXECUTED");
        assertThat(problem.at("/reply/json/bottle").asInt()).isEqualTo(7);
        assertThat(problem.at("/reply/contentType").asText()).isEqualTo("application/json");
    }

    @Test
    void aSuggestedStatusOfSuccessDoesNotHideAFailure() throws Exception {
        world.serve(
                "pour",
                (invocation, responder) -> responder.fail(Part.failed(CommandError.executed("corked"))
                        .suggestedStatus(200)
                        .build()));

        assertRefused(world.post("pour", ""), 422, "HANDLER_FAILED", "corked");
    }

    @Test
    void anUnknownTargetAndAnUnknownOperationAre404AndAKnownTargetWithoutMembersIs503() throws Exception {
        world.serve("pour", World.ECHO);

        assertRefused(world.post("decant", ""), 404, "UNKNOWN_OPERATION", "decant");
        HttpResponse<String> unknown = send("/commands/attic/pour");
        assertRefused(unknown, 404, "UNKNOWN_TARGET", "attic");
        HttpResponse<String> absent = send("/commands/absent/pour");
        assertRefused(absent, 503, "NO_MEMBER", "absent");
        assertThat(absent.headers().firstValue("retry-after")).contains("2");
    }

    private HttpResponse<String> send(String path) throws Exception {
        return world.http.send(
                world.request(path).POST(BodyPublishers.ofString("")).build(), BodyHandlers.ofString());
    }

    @Test
    void aDeadlineThatIsOverIs504AndSaysWhatIsTrue() throws Exception {
        world.serve("pour", (invocation, responder) -> {});

        HttpResponse<String> reply = world.post("pour", "", "Sommelier-Ttl", "50ms");

        assertRefused(reply, 504, "EXPIRED");
        assertThat(json.readTree(reply.body()).get("outcome").asText()).isEqualTo("UNKNOWN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sommelier-Ttl|soon|1ms to 86400s",
                "Sommelier-Ttl|0s|1ms to 86400s",
                "Sommelier-Ttl|-5s|1ms to 86400s",
                "Sommelier-Ttl|25h|1ms to 86400s",
                "Sommelier-Ttl|999999999999h|1ms to 86400s",
                "Sommelier-Ttl|5|1ms to 86400s",
                "Sommelier-Ttl|PT5S|1ms to 86400s",
                "Sommelier-Durable|yes|true or false",
                "Sommelier-Idempotent|1|true or false",
                "Sommelier-Command-Id|4711|a UUID",
                "Sommelier-Command-Id|3f2b5a60-1111-4222-8333-44445555666|a UUID",
                "Sommelier-Instance|a b|letters",
                "Idempotency-Key|\"open|in quotes or without",
                "Idempotency-Key|\"a\"b|in quotes or without",
                "Idempotency-Key|\"\"|in quotes or without",
                "Idempotency-Key|a\"b|in quotes or without"
            })
    void aHeaderThatIsNotPossibleIs400AndNamesWhatIsAllowed(String name, String value, String allowed)
            throws Exception {
        serveNoting();

        HttpResponse<String> reply = world.post("pour", "wine", name, value);

        assertRefused(reply, 400, "INVALID_COMMAND", allowed);
        assertThat(received).isEmpty();
    }

    @Test
    void aHeaderThatIsThereTwiceIs400() throws Exception {
        HttpResponse<String> reply = world.post("pour", "wine", "Sommelier-Ttl", "5s", "Sommelier-Ttl", "6s");

        assertRefused(reply, 400, "INVALID_COMMAND", "Sommelier-Ttl is there 2 times");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/commands/a%20b/pour", "/commands/-a/pour", "/commands/cellar/p%2Fq", "/commands/cellar/%C3%BC"
            })
    void aNameOutOfTheGrammarIs400(String path) throws Exception {
        assertRefused(send(path), 400, "INVALID_COMMAND");
    }

    @Test
    void aQueryIsRefusedSinceItWouldBeTakenForHeaders() throws Exception {
        serveNoting();

        assertRefused(send("/commands/cellar/pour?Sommelier-Durable=true"), 400, "INVALID_COMMAND", "the query");
        assertThat(received).isEmpty();
    }

    @Test
    void anAcceptHeaderThatAllowsNothingIs406AndNothingIsSent() throws Exception {
        serveNoting();

        assertRefused(world.post("pour", "wine", "Accept", "*/*;q=0"), 406, "INVALID_COMMAND", "Accept");
        assertThat(received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE", "HEAD"})
    void anyMethodButPostIs405WithAllow(String method) throws Exception {
        HttpRequest request = world.request("/commands/cellar/pour")
                .method(method, BodyPublishers.noBody())
                .build();

        HttpResponse<String> reply = world.http.send(request, BodyHandlers.ofString());

        assertThat(reply.statusCode()).isEqualTo(405);
        assertThat(reply.headers().firstValue("allow")).contains("OPTIONS, POST");
        if (!method.equals("HEAD")) {
            assertRefused(reply, 405, "INVALID_COMMAND", "POST");
        }
    }

    @Test
    void optionsTellsTheMethods() throws Exception {
        HttpRequest request = world.request("/commands/cellar/pour")
                .method("OPTIONS", BodyPublishers.noBody())
                .build();

        HttpResponse<String> reply = world.http.send(request, BodyHandlers.ofString());

        assertThat(reply.statusCode()).isEqualTo(204);
        assertThat(reply.headers().firstValue("allow")).contains("OPTIONS, POST");
    }

    @Test
    void aBodyThatIsTooLargeIs413InTheSameWords() throws Exception {
        HttpResponse<String> reply = world.post("pour", "x".repeat((1 << 20) + 1));

        assertRefused(reply, 413, "PAYLOAD_TOO_LARGE", "maxBodyBytes");
        assertThat(json.readTree(reply.body()).get("outcome").asText()).isEqualTo("REFUSED");
    }

    @Test
    void theSameIdIs409WhileItsCommandIsUnderWayAndFreeAfterIt() throws Exception {
        BlockingQueue<io.sommelier.api.Responder> open = new LinkedBlockingQueue<>();
        world.serve("wait", (invocation, responder) -> open.add(responder));
        String id = "3f2b5a60-1111-4222-8333-444455556666";
        HttpRequest request = world.request("/commands/cellar/wait")
                .header("Sommelier-Command-Id", id)
                .POST(BodyPublishers.noBody())
                .build();
        var first = world.http.sendAsync(request, BodyHandlers.ofString());
        io.sommelier.api.Responder responder = open.poll(10, TimeUnit.SECONDS);

        HttpResponse<String> second = world.http.send(request, BodyHandlers.ofString());
        assertRefused(second, 409, "DUPLICATE_COMMAND", id);

        responder.complete(Payload.ofText("done"));
        assertThat(first.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
        var third = world.http.sendAsync(request, BodyHandlers.ofString());
        open.poll(10, TimeUnit.SECONDS).complete(Payload.ofText("again"));
        assertThat(third.get(10, TimeUnit.SECONDS).body()).isEqualTo("again");
    }

    @Test
    void withoutAControllerItIs503AndNothingWasSent() throws Exception {
        world.gateway.sender(null);

        HttpResponse<String> reply = world.post("pour", "wine");

        assertRefused(reply, 503, "CONTROLLER_GONE");
        assertThat(json.readTree(reply.body()).get("outcome").asText()).isEqualTo("NOT_SENT");
        assertThat(reply.headers().firstValue("retry-after")).contains("2");

        world.serve("pour", World.ECHO);
        world.gateway.sender(world.transport.sender("gateway"));
        assertThat(world.post("pour", "wine").body()).isEqualTo("wine");
    }

    @ParameterizedTest
    @CsvSource({
        "https://evil.example.org,403",
        "null,403",
        "http://127.0.0.1:1,403",
        "https://shop.example.org,200",
        "HTTPS://SHOP.example.org,200"
    })
    void aPageOfAnotherOriginMaySendOnlyWhereItIsAllowed(String origin, int status) throws Exception {
        world.gateway.settings(java.util.Map.of("allowedOrigins", "https://shop.example.org"));
        serveNoting();

        HttpResponse<String> reply = world.post("pour", "wine", "Origin", origin);

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(received).hasSize(status == 200 ? 1 : 0);
    }

    @Test
    void aPageOfThisServerMaySendUnderALoopbackNameAlone() throws Exception {
        serveNoting();
        String here = "127.0.0.1:" + world.port();
        assertThat(world.post("pour", "wine", "Origin", "http://" + here).statusCode())
                .isEqualTo(200);

        try (RawClient client = world.client()) {
            client.send("POST /commands/cellar/pour HTTP/1.1\r\nHost: rebound.example.org:80\r\n"
                    + "Origin: http://rebound.example.org:80\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.reply().status()).isEqualTo(403);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        world.serve("slow", CommandHandler.answering(invocation -> {
            int number = Integer.parseInt(invocation.payload().asText());
            // The first takes until the gate of the second could have passed it.
            java.util.concurrent.locks.LockSupport.parkNanos((3 - number) * 20_000_000L);
            return invocation.payload();
        }));
        try (RawClient client = world.client()) {
            var all = new StringBuilder();
            for (int i = 1; i <= 3; i++) {
                all.append("POST /commands/cellar/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n")
                        .append(i);
            }
            client.send(all.toString());

            assertThat(List.of(
                            client.reply().text(),
                            client.reply().text(),
                            client.reply().text()))
                    .containsExactly("1", "2", "3");
        }
    }

    @Test
    void settingsTakeEffectAtOnceAndBadOnesChangeNothing() throws Exception {
        world.serve("pour", (invocation, responder) -> {});
        world.gateway.settings(java.util.Map.of("defaultTtl", "50ms", "maxTtl", "2s", "retryAfter", "7s"));

        assertRefused(world.post("pour", ""), 504, "EXPIRED");
        assertRefused(world.post("pour", "", "Sommelier-Ttl", "3s"), 400, "INVALID_COMMAND", "1ms to 2s");

        world.gateway.settings(java.util.Map.of("defaultTtl", "never"));
        assertRefused(world.post("pour", ""), 504, "EXPIRED");
        assertThat(world.gateway.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("defaultTtl = never"));
    }
}
