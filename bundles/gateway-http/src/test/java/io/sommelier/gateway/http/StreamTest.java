package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sommelier.api.CommandError;
import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies in parts: each form, when its bytes go out, and how it ends. */
@Timeout(60)
class StreamTest {
    private final ObjectMapper json = new ObjectMapper();
    private final HandWorker worker = new HandWorker();
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open();
        world.serve("hand", worker);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private RawClient ask(String accept) throws Exception {
        RawClient client = world.client();
        client.send("POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\n"
                + (accept.isEmpty() ? "" : "Accept: " + accept + "\r\n") + "Content-Length: 0\r\n\r\n");
        return client;
    }

    private static Payload text(String text) {
        return Payload.ofText(text);
    }

    @Test
    void theFirstByteComesWithTheFirstPart() throws Exception {
        try (RawClient client = ask("")) {
            Responder responder = worker.next().responder();
            responder.accept(Part.accepted()
                    .contentType("text/csv")
                    .headers(Headers.of("X-Rows", "2"))
                    .build());
            responder.data(text("a;1\n"));

            RawClient.Reply head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/csv");
            assertThat(head.header("x-rows")).isEqualTo("2");
            assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
            assertThat(head.header("sommelier-command-id")).isNotNull();
            assertThat(new String(client.chunk())).isEqualTo("a;1\n");

            responder.data(text("b;2\n"));
            assertThat(new String(client.chunk())).isEqualTo("b;2\n");
            responder.complete(text("end"));
            assertThat(new String(client.chunk())).isEqualTo("end");
            assertThat(client.chunk()).isEmpty();

            // The connection goes on.
            client.post("/commands/cellar/hand", "x");
            worker.next().responder().complete(text("next"));
            assertThat(client.reply().text()).isEqualTo("next");
        }
    }

    @Test
    void partsOfNoBytesAreNoEndOfARawReply() throws Exception {
        try (RawClient client = ask("")) {
            Responder responder = worker.next().responder();
            responder.data(Payload.empty());
            responder.data(Payload.empty());
            responder.data(text("a"));
            responder.data(Payload.empty());
            responder.complete(Payload.empty());

            assertThat(client.reply().text()).isEqualTo("a");
        }
    }

    @Test
    void anAcceptedCommandThatFailsBeforeItsFirstPartHasAStatusOfItsOwn() throws Exception {
        try (RawClient client = ask("text/event-stream")) {
            Responder responder = worker.next().responder();
            responder.accept(Part.accepted().build());
            responder.fail("corked");

            RawClient.Reply reply = client.reply();
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/event-stream", "application/x-ndjson", "application/json"})
    void aReplyInOnePieceStaysAsItIsWhateverIsAccepted(String accept) throws Exception {
        try (RawClient client = ask(accept)) {
            Responder responder = worker.next().responder();
            responder.accept(Part.accepted().contentType("text/plain").build());
            responder.complete(text("wine"));

            RawClient.Reply reply = client.reply();
            assertThat(reply.text()).isEqualTo("wine");
            assertThat(reply.header("content-type")).isEqualTo("text/plain");
            assertThat(reply.header("content-length")).isEqualTo("4");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/*|text/csv",
                "text/csv|text/csv",
                "text/event-stream|text/event-stream",
                "application/json|application/json",
                "application/x-ndjson; q=0.5, application/json;q=0.4|application/x-ndjson",
                "application/json, */*|application/json",
                "*/*, application/json|application/json",
                "application/json;q=0.5, */*|text/csv",
                "text/html, application/xhtml+xml, */*;q=0.8|text/csv",
                "Text/Event-Stream|text/event-stream",
                "text/event-stream;q=0, application/json;q=0.001|application/json"
            })
    void theFormThatIsAcceptedBestIsWritten(String accept, String type) throws Exception {
        try (RawClient client = ask(accept)) {
            Responder responder = worker.next().responder();
            responder.accept(Part.accepted().contentType("text/csv").build());
            responder.data(text("a;1\n"));

            assertThat(client.head().header("content-type")).isEqualTo(type);
            responder.complete(Payload.empty());
        }
    }

    @Test
    void eventsKeepLinesAndShowBytes() throws Exception {
        try (RawClient client = ask("text/event-stream")) {
            Responder responder = worker.next().responder();
            responder.accept(Part.accepted()
                    .headers(Headers.builder().add("Content-Encoding", "br").build())
                    .build());
            responder.data(text("one\ntwo\r\nthree\rdata: four\n"));
            responder.data(Payload.copyOf(new byte[] {0, 1, (byte) 0xff}));
            responder.data(Part.data(text("{\"n\":1}\n"))
                    .contentType("application/json")
                    .build());
            responder.data(Part.data(text("a")).contentType("image/png").build());
            responder.data(Payload.empty());
            responder.complete(text("last"));

            RawClient.Reply reply = client.reply();
            assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
            assertThat(reply.header("cache-control")).isEqualTo("no-store");
            assertThat(reply.header("content-encoding")).isNull();
            assertThat(reply.text())
                    .isEqualTo("id: 0\ndata: one\ndata: two\ndata: three\ndata: data: four\ndata: \n\n"
                            + "id: 1\nevent: base64\ndata: AAH/\n\n"
                            + "id: 2\ndata: {\"n\":1}\n\n"
                            + "id: 3\nevent: base64\ndata: YQ==\n\n"
                            + "id: 4\ndata: \n\n"
                            + "id: 5\ndata: last\n\n");
        }
    }

    @Test
    void linesHoldAnyPart() throws Exception {
        try (RawClient client = ask("application/x-ndjson")) {
            Responder responder = worker.next().responder();
            sendAnything(responder);

            RawClient.Reply reply = client.reply();
            assertThat(reply.header("content-type")).isEqualTo("application/x-ndjson");
            assertThat(reply.text().split("\n"))
                    .containsExactly(
                            "{\"n\":1}",
                            "{ \"a\":  [1.00e2,  \"\\u00fc\"] }",
                            "1",
                            "{\"n\":2}",
                            "\"true\"",
                            "\"{broken\\n\"",
                            "\"a \\\"line\\\"\\r\\nand ü\"",
                            "{\"sommelier.base64\":\"AAH/\"}",
                            "\"last\"");
        }
    }

    @Test
    void anArrayHoldsAnyPart() throws Exception {
        try (RawClient client = ask("application/json")) {
            Responder responder = worker.next().responder();
            sendAnything(responder);

            RawClient.Reply reply = client.reply();
            JsonNode array = json.readTree(reply.text());
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(array).hasSize(9);
            assertThat(array.get(1).at("/a/1").asText()).isEqualTo("ü");
            assertThat(array.get(6).asText()).isEqualTo("a \"line\"\r\nand ü");
            assertThat(array.get(7).get("sommelier.base64").asText()).isEqualTo("AAH/");
        }
    }

    private static void sendAnything(Responder responder) {
        responder.data(text("{\"n\":1}\n"));
        responder.data(text("{ \"a\":\n [1.00e2,\r \"\\u00fc\"] }\n"));
        responder.data(Part.data(text("1\n{\"n\":2}\n"))
                .contentType("application/x-ndjson")
                .build());
        responder.data(text("true"));
        responder.data(text("{broken\n"));
        responder.data(
                Part.data(text("a \"line\"\r\nand ü")).contentType("text/plain").build());
        responder.data(Payload.copyOf(new byte[] {0, 1, (byte) 0xff}));
        responder.data(Part.data(text(" \n")).contentType("application/json").build());
        responder.complete(text("last"));
    }

    @Test
    void anArrayOfPartsThatGiveNothingIsEmpty() throws Exception {
        try (RawClient client = ask("application/json")) {
            Responder responder = worker.next().responder();
            responder.data(Part.data(text("\n")).contentType("application/json").build());
            responder.complete(Payload.empty());

            assertThat(client.reply().text()).isEqualTo("[]");
        }
    }

    @Test
    void aFailureAfterTheFirstPartIsAnErrorEvent() throws Exception {
        try (RawClient client = ask("text/event-stream")) {
            Responder responder = worker.next().responder();
            responder.data(text("one"));
            responder.fail("corked");

            String[] events = client.reply().text().split("\n\n");
            assertThat(events).hasSize(2);
            assertThat(events[1]).startsWith("event: error\ndata: {");
            assertProblem(json.readTree(events[1].substring(events[1].indexOf('{'))));
        }
    }

    @Test
    void aFailureAfterTheFirstPartIsAnErrorLine() throws Exception {
        try (RawClient client = ask("application/x-ndjson")) {
            Responder responder = worker.next().responder();
            responder.data(text("{\"n\":1}"));
            responder.fail("corked");

            String[] lines = client.reply().text().split("\n");
            assertThat(lines).hasSize(2);
            assertProblem(json.readTree(lines[1]).get("sommelier.error"));
        }
    }

    private static void assertProblem(JsonNode problem) {
        assertThat(problem.get("code").asText()).isEqualTo("HANDLER_FAILED");
        assertThat(problem.get("outcome").asText()).isEqualTo("EXECUTED");
        assertThat(problem.get("status").asInt()).isEqualTo(422);
        assertThat(problem.get("commandId").asText()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "application/json"})
    void aFailureAfterTheFirstPartBreaksTheConnection(String accept) throws Exception {
        try (RawClient client = ask(accept)) {
            Responder responder = worker.next().responder();
            responder.data(text("{\"n\":1}"));
            client.head();
            assertThat(client.chunk()).isNotEmpty();
            responder.fail("corked");

            assertThatThrownBy(client::chunk).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aClientOfHttp10SeesAResetAndNoEnd() throws Exception {
        try (RawClient client = world.client()) {
            client.send("POST /commands/cellar/hand HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
            Responder responder = worker.next().responder();
            responder.data(text("one"));
            client.head();
            assertThat(client.in.readNBytes(3)).isEqualTo("one".getBytes());
            responder.fail("corked");

            assertThatThrownBy(() -> client.in.read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aMemberThatIsLostInTheMiddleIsToldAtOnce() throws Exception {
        var member = world.transport.register(io.sommelier.transport.embedded.MemberSpec.of("mortal", "bar")
                .operation("hand", worker)
                .build());
        try (RawClient client = world.client()) {
            client.send("POST /commands/bar/hand HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n"
                    + "Content-Length: 0\r\n\r\n");
            worker.next().responder().data(text("{\"n\":1}"));
            client.head();
            client.chunk();

            member.close(java.time.Duration.ZERO);

            JsonNode problem = json.readTree(client.chunk()).get("sommelier.error");
            assertThat(problem.get("outcome").asText()).isEqualTo("UNKNOWN");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void oneStreamTooManyEndsWithWhatIsTrueAndTheRoomComesBack() throws Exception {
        world.gateway.settings(Map.of("maxStreams", "1"));
        try (RawClient first = ask("")) {
            HandWorker.Job one = worker.next();
            one.responder().data(text("one"));
            first.head();
            try (RawClient second = ask("")) {
                HandWorker.Job two = worker.next();
                two.responder().data(text("two"));

                RawClient.Reply refused = second.reply();
                assertThat(refused.status()).isEqualTo(502);
                assertThat(json.readTree(refused.text()).get("code").asText()).isEqualTo("OVERLOADED");
                two.awaitCancelled();
            }
            one.responder().complete(Payload.empty());
            assertThat(new String(first.chunk())).isEqualTo("one");
            assertThat(first.chunk()).isEmpty();
        }
        try (RawClient third = ask("")) {
            Responder responder = worker.next().responder();
            responder.data(text("three"));
            responder.complete(Payload.empty());
            assertThat(third.reply().text()).isEqualTo("three");
        }
        await().until(() -> world.gateway.commands().size() == 0);
        assertThat(world.gateway.commands().streams()).isZero();
    }

    @Test
    void theErrorOfACommandHasNoLineBreakOfItsOwnInARecord() throws Exception {
        try (RawClient client = ask("text/event-stream")) {
            Responder responder = worker.next().responder();
            responder.data(text("one"));
            responder.fail(Part.failed(CommandError.executed("first\nsecond\r\n\r\nevent: forged"))
                    .build());

            assertThat(client.reply().text().split("\n\n")).hasSize(2);
        }
    }

    @Test
    void aSuggestedStatusOfAStreamIsUsed() throws Exception {
        HttpResponse<String> reply;
        world.serve("created", (invocation, responder) -> {
            responder.accept(Part.accepted().suggestedStatus(203).build());
            responder.data(text("a"));
            responder.complete(Payload.empty());
        });
        reply = world.post("created", "");

        assertThat(reply.statusCode()).isEqualTo(203);
        assertThat(reply.body()).isEqualTo("a");
    }
}
