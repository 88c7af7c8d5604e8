package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real answers beside the description that is served. */
@Timeout(60)
class DescriptionTest {
    private static final String ID = "3f2b5a60-1111-4222-8333-444455556666";

    private final ObjectMapper json = new ObjectMapper();
    private final HandWorker worker = new HandWorker();
    private World world;
    private Described described;

    @BeforeEach
    void open() throws Exception {
        world = World.open();
        world.serve("hand", worker);
        world.serve("pour", World.ECHO);
        described = new Described(json.readTree(world.get("/openapi.json").body()));
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** Asks for a path, and sees to it that the answer is as described. */
    private JsonNode answered(String method, String described, String path, int status, String... headers)
            throws Exception {
        HttpRequest.Builder request = world.request(path)
                .method(method, method.equals("POST") ? BodyPublishers.ofString("wine") : BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> reply = world.http.send(request.build(), BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        JsonNode body = reply.body().isEmpty() ? null : json.readTree(reply.body());
        String contentType =
                reply.headers().firstValue("content-type").orElse("").split(";")[0];
        assertThat(this.described.violations(
                        method.toLowerCase(Locale.ROOT), described, reply.statusCode(), contentType, body))
                .as("%s %s: %s", method, path, reply.body())
                .isEmpty();
        return body;
    }

    private void begin(String id) throws Exception {
        HttpResponse<String> reply = world.post("hand", "wine", "Prefer", "respond-async", "Sommelier-Command-Id", id);
        assertThat(reply.statusCode()).isEqualTo(202);
        worker.next();
    }

    @Test
    void whatAnOperatorReadsIsWhatIsDescribed() throws Exception {
        begin(ID);
        world.post("pour", "wine");
        world.post("nothing", "wine");
        await().untilAsserted(() -> assertThat(
                        answered("GET", "/counters", "/counters", 200).at("/ended/cellar/pour"))
                .isNotEmpty());

        assertThat(answered("GET", "/targets", "/targets", 200).get("targets")).hasSize(2);
        JsonNode target = answered("GET", "/targets/{id}", "/targets/cellar", 200);
        assertThat(target.get("latencies")).hasSize(2);
        assertThat(target.get("ended")).isNotEmpty();
        answered("GET", "/targets/{id}", "/targets/attic", 404);
        assertThat(answered("GET", "/latencies", "/latencies", 200).get("latencies"))
                .hasSize(2);
        assertThat(answered("GET", "/channels", "/channels", 200).get("channels"))
                .hasSize(3);
        assertThat(answered("GET", "/inflight", "/inflight", 200).get("commands"))
                .hasSize(1);
        answered("GET", "/inflight", "/inflight?limit=0", 400);
    }

    @Test
    void howLongTheFirstPartsOfStreamsTookIsShownAsDescribed() throws Exception {
        world.serve(
                "drip",
                CommandHandler.iterating(invocation ->
                        List.of(Payload.ofText("a"), Payload.ofText("b")).iterator()));
        world.post("drip", "wine");

        await().untilAsserted(() -> assertThat(answered("GET", "/latencies", "/latencies", 200)
                        .at("/latencies/1/recent/count")
                        .asInt())
                .isOne());
        JsonNode drip = answered("GET", "/latencies", "/latencies", 200).at("/latencies/1");
        assertThat(drip.at("/operation").asText()).isEqualTo("drip");
        assertThat(drip.at("/recentFirstPart/count").asInt()).isOne();
        assertThat(drip.at("/firstPartSinceStart/maxMicros").asDouble())
                .isBetween(0.1, drip.at("/sinceStart/maxMicros").asDouble());
        assertThat(drip.at("/kept").asBoolean()).isTrue();
    }

    @Test
    void whatAnOperatorEndsIsAnsweredAsDescribed() throws Exception {
        begin(ID);

        answered("DELETE", "/inflight/{id}", "/inflight/" + ID, 204);

        answered("DELETE", "/inflight/{id}", "/inflight/" + ID, 404);
        answered("DELETE", "/inflight/{id}", "/inflight/many", 400);
        await().untilAsserted(() -> assertThat(answered("GET", "/commands/{id}", "/commands/" + ID, 200)
                        .get("state")
                        .asText())
                .isEqualTo("CANCELLED"));
    }

    @Test
    void whatBecameOfACommandIsShownAsDescribed() throws Exception {
        begin(ID);
        answered("GET", "/commands/{id}", "/commands/" + ID, 200);
        String poured = "3f2b5a60-1111-4222-8333-444455556667";
        world.post("pour", "wine", "Prefer", "respond-async", "Sommelier-Command-Id", poured);

        await().untilAsserted(() -> assertThat(answered("GET", "/commands/{id}", "/commands/" + poured, 200)
                        .get("state")
                        .asText())
                .isEqualTo("COMPLETED"));
        answered("GET", "/commands/{id}", "/commands/" + poured.replace('7', '8'), 404);
        answered("POST", "/commands/{target}/{operation}", "/commands/attic/pour", 404);
        answered("POST", "/commands/{target}/{operation}", "/commands/cellar/pour", 400, "Sommelier-Ttl", "soon");
    }

    @Test
    void withoutAControllerAndWithClosedPathsTheAnswersAreAsDescribedToo() throws Exception {
        world.gateway.settings(java.util.Map.of("operatorPaths", "false"));
        for (String path : List.of("/targets", "/latencies", "/counters", "/channels", "/inflight")) {
            answered("GET", path, path, 403);
        }
        world.gateway.settings(java.util.Map.of());
        world.gateway.admin(null);

        for (String path : List.of("/targets", "/latencies", "/counters", "/channels", "/inflight")) {
            answered("GET", path, path, 503);
        }
    }

    @Test
    void anAnswerThatIsNotAsDescribedIsFound() throws Exception {
        ObjectNode targets = (ObjectNode) json.readTree(world.get("/targets").body());
        targets.put("weather", "fine");
        targets.remove("controller");
        ((ObjectNode) targets.at("/targets/0")).put("target", 7);

        assertThat(described.violations("get", "/targets", 200, "application/json", targets))
                .containsExactlyInAnyOrder(
                        "/controller is missing",
                        "/weather is not described",
                        "/targets/0/target is not of the type string: 7");
    }
}
