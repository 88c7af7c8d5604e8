package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator reads and does over HTTP, and the description of all paths. */
@Timeout(60)
class OperatorTest {
    private final ObjectMapper json = new ObjectMapper();
    private final HandWorker worker = new HandWorker();
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open();
        world.serve("hand", worker);
        world.serve("pour", World.ECHO);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private JsonNode read(String path) throws Exception {
        HttpResponse<String> reply = world.get(path);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.headers().firstValue("content-type")).contains("application/json");
        return json.readTree(reply.body());
    }

    @Test
    void targetsAreShownWithTheirMembers() throws Exception {
        JsonNode targets = read("/targets");

        assertThat(targets.get("controller").asText()).isEqualTo("controller-1");
        assertThat(targets.get("targets")).hasSize(2);
        JsonNode cellar = targets.get("targets").get(0).get("target").asText().equals("cellar")
                ? targets.get("targets").get(0)
                : targets.get("targets").get(1);
        assertThat(cellar.get("members")).hasSize(2);
    }

    @Test
    void aTargetIsShownWithHowItsCommandsEnded() throws Exception {
        world.post("pour", "wine");
        world.post("nothing", "wine");

        await().untilAsserted(() -> assertThat(
                        read("/targets/cellar").at("/ended/pour/COMPLETED").asInt())
                .isEqualTo(1));
        JsonNode cellar = read("/targets/cellar");
        assertThat(cellar.at("/members/0/transport").asText()).isEqualTo("embedded");
        assertThat(cellar.at("/members/0/capacity").asInt()).isEqualTo(256);
        assertThat(cellar.at("/members/0/health/state").asText()).isEqualTo("UNASKED");
        assertThat(cellar.at("/members/0/health/failures").isInt()).isTrue();
        HttpResponse<String> unknown = world.get("/targets/attic");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("content-type")).contains("application/problem+json");
    }

    @Test
    void howLongCommandsTookIsShownByTargetAndOperation() throws Exception {
        world.post("pour", "wine");
        world.post("pour", "wine");

        await().untilAsserted(() -> assertThat(
                        read("/latencies").at("/latencies/1/recent/count").asInt())
                .isEqualTo(2));
        JsonNode latencies = read("/latencies").get("latencies");
        assertThat(latencies).hasSize(2);
        assertThat(latencies.at("/0/target").asText()).isEqualTo("cellar");
        assertThat(latencies.at("/0").has("operation")).isFalse();
        assertThat(latencies.at("/1/operation").asText()).isEqualTo("pour");
        assertThat(latencies.at("/1/kept").asBoolean()).isTrue();
        assertThat(latencies.at("/1").has("recentFirstPart")).isFalse();
        assertThat(latencies.at("/1/recent/p50Micros").asDouble()).isPositive();
        assertThat(latencies.at("/1/recent/maxMicros").asDouble())
                .isGreaterThanOrEqualTo(latencies.at("/1/recent/p999Micros").asDouble());
        assertThat(read("/targets/cellar").get("latencies")).hasSize(2);
        assertThat(read("/targets/absent").get("latencies")).isEmpty();
    }

    @Test
    void whatIsCountedIsShown() throws Exception {
        world.post("pour", "wine");
        world.post("nothing", "wine");

        await().untilAsserted(() -> {
            JsonNode counters = read("/counters");
            assertThat(counters.at("/ended/cellar/pour/COMPLETED").asInt()).isOne();
            assertThat(counters.at("/ended/cellar/*/NOT_SENT").asInt()).isOne();
        });
        assertThat(read("/counters").get("events")).isNotEmpty();
    }

    @Test
    void channelsAreShown() throws Exception {
        var instances = new TreeSet<String>();
        read("/channels")
                .get("channels")
                .forEach(channel -> instances.add(channel.get("instance").asText()));

        assertThat(instances).containsExactly("gateway", "member:hand", "member:pour");
        assertThat(read("/channels").at("/channels/0/health/state").asText()).isEqualTo("UNASKED");
    }

    @Test
    void commandsInFlightAreShownAndCancelled() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 3; i++) {
            waiting.add(world.http.sendAsync(
                    world.request("/commands/cellar/hand")
                            .POST(BodyPublishers.ofString("wine"))
                            .build(),
                    BodyHandlers.ofString()));
            worker.next();
        }

        JsonNode all = read("/inflight");
        assertThat(all.get("inFlight").asInt()).isEqualTo(3);
        assertThat(all.get("heldBytes").asLong()).isPositive();
        assertThat(all.get("commands")).hasSize(3);
        assertThat(all.at("/commands/0/state").asText()).isEqualTo("DISPATCHED");
        assertThat(all.at("/commands/0/holder").asText()).isEqualTo("member:hand");
        assertThat(read("/inflight?limit=2").get("commands")).hasSize(2);
        assertThat(world.get("/inflight?limit=0").statusCode()).isEqualTo(400);
        assertThat(world.get("/inflight?limit=many").statusCode()).isEqualTo(400);

        for (JsonNode command : all.get("commands")) {
            String path = "/inflight/" + command.get("id").asText();
            assertThat(world.delete(path).statusCode()).isEqualTo(204);
            assertThat(world.delete(path).statusCode()).isEqualTo(404);
        }
        for (CompletableFuture<HttpResponse<String>> reply : waiting) {
            assertThat(reply.get().statusCode()).isEqualTo(502);
            assertThat(reply.get().body()).contains("CANCELLED", "cancelled by an operator: over HTTP\"");
        }
    }

    private HttpResponse<String> order(String path) throws Exception {
        return world.http.send(world.request(path).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    private String channelOf(String instance) throws Exception {
        for (JsonNode channel : read("/channels").get("channels")) {
            if (channel.get("instance").asText().equals(instance)) {
                return channel.get("channel").asText();
            }
        }
        throw new AssertionError("no channel of " + instance);
    }

    private CompletableFuture<HttpResponse<String>> underWay() {
        return world.http.sendAsync(
                world.request("/commands/cellar/hand")
                        .POST(BodyPublishers.ofString("wine"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aChannelIsDrainedAndTheReportComesWhenItIsGone() throws Exception {
        var reply = underWay();
        var job = worker.next();
        var drained = world.http.sendAsync(
                world.request("/channels/" + channelOf("member:hand") + "/drain?limit=20s")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        await().until(() -> read("/channels").toString().contains("DRAINING"));

        job.responder().complete(io.sommelier.api.Payload.ofText("at last"));

        assertThat(reply.get().body()).isEqualTo("at last");
        assertThat(drained.get().statusCode()).isEqualTo(200);
        JsonNode report = json.readTree(drained.get().body());
        assertThat(report.get("end").asText()).isEqualTo("DONE");
        assertThat(report.get("finished").asInt()).isEqualTo(1);
        assertThat(report.at("/channels/0/instance").asText()).isEqualTo("member:hand");
        assertThat(report.at("/channels/0/toFinished").asInt()).isEqualTo(1);
        await().until(() -> read("/channels").toString().contains("member:hand"));
    }

    @Test
    void aTargetIsDrainedWithinItsLimitAndWhatIsLeftIsNamed() throws Exception {
        var reply = underWay();
        worker.next();

        HttpResponse<String> drained = order("/targets/cellar/drain?limit=100ms");

        assertThat(drained.statusCode()).as(drained.body()).isEqualTo(200);
        JsonNode report = json.readTree(drained.body());
        assertThat(report.get("end").asText()).isEqualTo("LIMIT");
        assertThat(report.at("/unfinished/UNKNOWN").asInt()).isEqualTo(1);
        assertThat(report.at("/commands/0/operation").asText()).isEqualTo("hand");
        assertThat(report.at("/commands/0/member").asText()).isEqualTo("member:hand");
        assertThat(report.get("channels")).hasSize(2);
        assertThat(reply.get().statusCode()).isEqualTo(502);
        assertThat(reply.get().body()).contains("UNKNOWN");
    }

    @Test
    void aDrainedControllerAnswers503UntilItIsResumed() throws Exception {
        assertThat(order("/controller/drain").statusCode()).isEqualTo(200);

        HttpResponse<String> refused = world.post("pour", "wine");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(refused.body()).contains("\"DRAINING\"", "\"NOT_SENT\"", "\"retryable\":true");

        assertThat(order("/controller/resume").body()).contains("true");
        assertThat(order("/controller/resume").body()).contains("false");
        assertThat(world.post("pour", "wine").statusCode()).isEqualTo(200);
    }

    @Test
    void aDrainThatCannotBeIsRefused() throws Exception {
        String channel = channelOf("member:hand");
        assertThat(order("/channels/4711/drain").statusCode()).isEqualTo(404);
        assertThat(order("/targets/attic/drain").statusCode()).isEqualTo(404);
        for (String limit : new String[] {"-1s", "soon", "5", "2h", "999999999999h"}) {
            HttpResponse<String> refused = order("/channels/" + channel + "/drain?limit=" + limit);
            assertThat(refused.statusCode()).as(limit + refused.body()).isEqualTo(400);
            assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
            assertThat(refused.body()).contains("limit");
        }
        assertThat(order("/channels/" + channel + "/drain?stayAway=perhaps").statusCode())
                .isEqualTo(400);
        HttpResponse<String> local = order("/channels/" + channel + "/drain?stayAway=true");
        assertThat(local.statusCode()).isEqualTo(409);
        assertThat(local.body()).contains("member:hand");
        world.gateway.settings(Map.of("operatorPaths", "false"));
        for (String path : new String[] {"/channels/1", "/targets/cellar", "/controller"}) {
            assertThat(order(path + "/drain").statusCode()).as(path).isEqualTo(403);
        }
        assertThat(order("/controller/resume").statusCode()).isEqualTo(403);
        assertThat(world.post("pour", "wine").statusCode()).isEqualTo(200);
    }

    @Test
    void whoAsksForWhatIsNotThereIsToldWhereToLook() throws Exception {
        String id = "3f2b5a60-1111-4222-8333-444455556666";
        for (HttpResponse<String> refused : List.of(
                world.get("/targets/attic"),
                order("/targets/attic/drain"),
                order("/channels/4711/drain"),
                order("/channels/no%20number/drain"),
                world.delete("/inflight/" + id))) {
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(404);
            assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
            assertThat(refused.body()).containsPattern("GET /(targets|channels|inflight) has those that are");
        }
        for (String noId : new String[] {"7", "many", "3f2b5a60-1111-4222-8333-44445555666", "..."}) {
            for (HttpResponse<String> refused :
                    List.of(world.delete("/inflight/" + noId), world.get("/commands/" + noId))) {
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
                assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
                assertThat(refused.body()).contains("a UUID: 32 hexadecimal digits");
            }
        }
    }

    @Test
    void thePathsForOperatorsCanBeClosed() throws Exception {
        world.gateway.settings(Map.of("operatorPaths", "false"));

        for (String path :
                new String[] {"/targets", "/targets/cellar", "/latencies", "/counters", "/channels", "/inflight"}) {
            assertThat(world.get(path).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(world.delete("/inflight/3f2b5a60-1111-4222-8333-444455556666")
                        .statusCode())
                .isEqualTo(403);
        assertThat(world.post("pour", "wine").statusCode()).isEqualTo(200);
    }

    @Test
    void aPageOfAnotherOriginReadsNothing() throws Exception {
        assertThat(world.get("/targets", "Origin", "https://evil.example.org").statusCode())
                .isEqualTo(403);
    }

    @Test
    void theDescriptionHasThePathsAndMethodsThatAreServed() throws Exception {
        JsonNode description = read("/openapi.json");

        assertThat(description.get("openapi").asText()).startsWith("3.");
        var described = new TreeSet<String>();
        description
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method ->
                                described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
        var served = new TreeSet<String>();
        for (GatewayRoutes.Route route : world.gateway.routes()) {
            for (String method : route.methods().split(",")) {
                served.add(method + " " + route.path());
            }
        }
        assertThat(described).isEqualTo(served);
    }

    @Test
    void everyReferenceInTheDescriptionLeadsSomewhere() throws Exception {
        JsonNode description = read("/openapi.json");

        for (JsonNode reference : description.findValues("$ref")) {
            assertThat(reference.asText()).startsWith("#/");
            assertThat(description.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse();
        }
    }

    @Test
    void theDescriptionNamesEveryCodeOutcomeAndState() throws Exception {
        JsonNode schemas = read("/openapi.json").at("/components/schemas");

        assertNames(schemas.at("/Problem/properties/code/enum"), io.sommelier.api.ErrorCode.values());
        assertNames(schemas.at("/Problem/properties/outcome/enum"), io.sommelier.api.Outcome.values());
        assertNames(schemas.at("/Problem/properties/stage/enum"), io.sommelier.api.Stage.values());
        assertNames(schemas.at("/State/enum"), io.sommelier.api.admin.CommandState.values());
    }

    private static void assertNames(JsonNode described, Enum<?>[] names) {
        var expected = new ArrayList<String>();
        for (Enum<?> name : names) {
            expected.add(name.name());
        }
        var actual = new ArrayList<String>();
        described.forEach(name -> actual.add(name.asText()));
        assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
    }
}
