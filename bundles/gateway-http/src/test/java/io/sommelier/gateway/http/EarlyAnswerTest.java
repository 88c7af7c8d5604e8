package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Mailbox;
import io.sommelier.testkit.MemoryMailbox;
import java.lang.reflect.Proxy;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that are answered before their reply is there, what is shown of them, and how they are given up. */
@Timeout(60)
class EarlyAnswerTest {
    private static final String UNKNOWN = "/commands/3f2b5a60-1111-4222-8333-444455556666";

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

    private String send(String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Prefer";
        all[headers.length + 1] = "respond-async";
        HttpResponse<String> reply = world.post("hand", "wine", all);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
        return reply.headers().firstValue("location").orElseThrow();
    }

    private JsonNode show(String path) throws Exception {
        HttpResponse<String> reply = world.get(path);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.headers().firstValue("content-type")).contains("application/json");
        return json.readTree(reply.body());
    }

    private JsonNode showEnded(String path) throws Exception {
        await().until(() -> show(path).has("ended"));
        return show(path);
    }

    @Test
    void aCommandIsTakenInShownAndItsReplyKept() throws Exception {
        HttpResponse<String> taken = world.post("hand", "wine", "Prefer", "respond-async");
        HandWorker.Job job = worker.next();

        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(taken.headers().firstValue("preference-applied")).contains("respond-async");
        String id = taken.headers().firstValue("sommelier-command-id").orElseThrow();
        String path = "/commands/" + id;
        assertThat(taken.headers().firstValue("location")).contains(path);
        assertThat(json.readTree(taken.body()).get("id").asText()).isEqualTo(id);
        assertThat(job.invocation().command().id()).hasToString(id);

        JsonNode live = show(path);
        assertThat(live.get("target").asText()).isEqualTo("cellar");
        assertThat(live.get("operation").asText()).isEqualTo("hand");
        assertThat(live.get("state").asText()).isEqualTo("DISPATCHED");
        assertThat(live.get("attempt").asInt()).isEqualTo(1);
        assertThat(live.get("holder").asText()).isEqualTo("member:hand");
        assertThat(live.get("remainingMillis").asLong()).isPositive();
        assertThat(live.has("reply")).isFalse();
        assertThat(world.get(path + "/reply").statusCode()).isEqualTo(202);

        job.responder()
                .complete(Part.complete(Payload.ofText("{\"year\":\n1998}"))
                        .contentType("application/json")
                        .suggestedStatus(201)
                        .build());

        JsonNode ended = showEnded(path);
        assertThat(ended.get("state").asText()).isEqualTo("COMPLETED");
        assertThat(ended.get("keptUntil").asText()).isNotBlank();
        assertThat(ended.at("/reply/status").asInt()).isEqualTo(201);
        assertThat(ended.at("/reply/json/year").asInt()).isEqualTo(1998);
        assertThat(ended.at("/reply/href").asText()).isEqualTo(path + "/reply");
        HttpResponse<String> reply = world.get(path + "/reply");
        assertThat(reply.statusCode()).isEqualTo(201);
        assertThat(reply.body()).isEqualTo("{\"year\":\n1998}");
        assertThat(reply.headers().firstValue("content-type")).contains("application/json");
        assertThat(world.get(path + "/reply").body()).isEqualTo(reply.body());
    }

    @Test
    void aStreamedReplyIsGatheredAndOpaqueBytesAreShownAsBase64() throws Exception {
        String path = send();
        HandWorker.Job job = worker.next();
        job.responder().accept(Part.accepted().contentType("image/png").build());
        job.responder().data(Payload.copyOf(new byte[] {0, 1}));
        await().until(() -> show(path).get("state").asText().equals("STREAMING"));
        job.responder().data(Payload.copyOf(new byte[] {(byte) 0xff}));
        job.responder().complete(Payload.empty());

        JsonNode ended = showEnded(path);
        assertThat(ended.at("/reply/base64").asText()).isEqualTo("AAH/");
        assertThat(ended.at("/reply/bytes").asInt()).isEqualTo(3);
        assertThat(ended.at("/reply/contentType").asText()).isEqualTo("image/png");
        HttpResponse<byte[]> reply =
                world.http.send(world.request(path + "/reply").build(), BodyHandlers.ofByteArray());
        assertThat(reply.body()).containsExactly(0, 1, 0xff);
    }

    @Test
    void aLargeReplyIsLinkedAndNotShown() throws Exception {
        String path = send();
        worker.next().responder().complete(Payload.ofText("x".repeat(100_000)));

        JsonNode reply = showEnded(path).get("reply");
        assertThat(reply.get("bytes").asInt()).isEqualTo(100_000);
        assertThat(reply.has("text")).isFalse();
        assertThat(world.get(reply.get("href").asText()).body()).hasSize(100_000);
    }

    @Test
    void aFailureIsKeptWithItsOutcome() throws Exception {
        String path = send();
        worker.next().responder().fail("corked");

        JsonNode ended = showEnded(path);
        assertThat(ended.get("state").asText()).isEqualTo("FAILED");
        assertThat(ended.get("outcome").asText()).isEqualTo("EXECUTED");
        assertThat(ended.at("/error/code").asText()).isEqualTo("HANDLER_FAILED");
        HttpResponse<String> reply = world.get(path + "/reply");
        assertThat(reply.statusCode()).isEqualTo(422);
        assertThat(reply.body()).contains("corked");
    }

    @Test
    void aDeadlineThatIsOverIsShownAsExpired() throws Exception {
        String path = send("Sommelier-Ttl", "200ms");

        JsonNode ended = showEnded(path);
        assertThat(ended.get("state").asText()).isEqualTo("EXPIRED");
        assertThat(ended.get("outcome").asText()).isEqualTo("UNKNOWN");
    }

    @Test
    void aCommandThatIsNotTakenInIsAnsweredWithItsFailureAndNotKept() throws Exception {
        HttpResponse<String> reply = world.post("nothing", "", "Prefer", "respond-async");

        assertThat(reply.statusCode()).isEqualTo(404);
        assertThat(reply.body()).contains("UNKNOWN_OPERATION");
        assertThat(world.gateway.commands().size()).isZero();
        assertThat(world.gateway.commands().keptBytes()).isZero();
    }

    @Test
    void aCommandThatAnswersAtOnceIsAnsweredEarlyAllTheSame() throws Exception {
        world.serveDirect("direct", World.answering("at once"));

        HttpResponse<String> reply = world.post("direct", "", "Prefer", "respond-async");

        assertThat(reply.statusCode()).isEqualTo(202);
        String path = reply.headers().firstValue("location").orElseThrow();
        assertThat(show(path).at("/reply/text").asText()).isEqualTo("at once");
    }

    @Test
    void whoWouldWaitGetsTheReplyIfItComesInTime() throws Exception {
        world.serve("quick", World.answering("in time"));

        HttpResponse<String> reply = world.post("quick", "", "Prefer", "respond-async, wait=30");

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("in time");
        String id = reply.headers().firstValue("sommelier-command-id").orElseThrow();
        assertThat(show("/commands/" + id).get("state").asText()).isEqualTo("COMPLETED");
    }

    @Test
    void whoWouldWaitIsAnsweredEarlyWhenItDoesNot() throws Exception {
        HttpResponse<String> reply = world.post("hand", "", "Prefer", "wait=1", "Prefer", "respond-async");

        assertThat(reply.statusCode()).isEqualTo(202);
        assertThat(reply.headers().firstValue("preference-applied")).contains("respond-async, wait=1");
        worker.next().responder().complete(Payload.ofText("later"));
        String path = reply.headers().firstValue("location").orElseThrow();
        assertThat(showEnded(path).at("/reply/text").asText()).isEqualTo("later");
    }

    @Test
    void whoWouldWaitGetsAFailureAtOnce() throws Exception {
        HttpResponse<String> reply = world.post("nothing", "", "Prefer", "respond-async, wait=30");

        assertThat(reply.statusCode()).isEqualTo(404);
        assertThat(world.gateway.commands().size()).isZero();
    }

    @Test
    void aClientThatDisconnectsLeavesItsCommandAlone() throws Exception {
        String id = UUID.randomUUID().toString();
        RawClient client = world.client();
        client.send("POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nPrefer: respond-async, wait=30\r\n"
                + "Sommelier-Command-Id: " + id + "\r\nContent-Length: 0\r\n\r\n");
        HandWorker.Job job = worker.next();
        client.close();
        await().until(() -> world.context.getInflightRepository().size() == 0);

        job.responder().complete(Payload.ofText("all the same"));

        assertThat(showEnded("/commands/" + id).at("/reply/text").asText()).isEqualTo("all the same");
        assertThat(job.cancelled().getCount()).isEqualTo(1);
    }

    @Test
    void aKeptCommandIsCancelledOnceAndThenItIsAConflict() throws Exception {
        String path = send();
        HandWorker.Job job = worker.next();

        assertThat(world.delete(path).statusCode()).isEqualTo(204);

        job.awaitCancelled();
        JsonNode ended = showEnded(path);
        assertThat(ended.get("state").asText()).isEqualTo("CANCELLED");
        assertThat(ended.get("outcome").asText()).isEqualTo("UNKNOWN");
        HttpResponse<String> again = world.delete(path);
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.body()).contains("ended already");
    }

    @Test
    void aCommandWhoseClientWaitsIsShownAndCancelledFromAnotherConnection() throws Exception {
        String id = UUID.randomUUID().toString();
        var waiting = world.http.sendAsync(
                world.request("/commands/cellar/hand")
                        .header("Sommelier-Command-Id", id)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        worker.next();
        assertThat(show("/commands/" + id).get("state").asText()).isEqualTo("DISPATCHED");

        assertThat(world.delete("/commands/" + id).statusCode()).isEqualTo(204);

        assertThat(waiting.get().statusCode()).isEqualTo(502);
        assertThat(json.readTree(waiting.get().body()).get("code").asText()).isEqualTo("CANCELLED");
        assertThat(world.get("/commands/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void anOperatorSeesAndCancelsTheCommandsOfOthers() throws Exception {
        var call = world.transport
                .sender("somebody")
                .send(io.sommelier.api.Command.to("cellar", "hand").build());
        HandWorker.Job job = worker.next();
        String path = "/commands/" + call.id();

        assertThat(show(path).get("source").asText()).isEqualTo("somebody");
        assertThat(world.delete(path).statusCode()).isEqualTo(204);

        job.awaitCancelled();
        assertThat(world.get(path).statusCode()).isEqualTo(404);
    }

    @Test
    void anUnknownIdIs404AndSaysWhatIsKept() throws Exception {
        for (HttpResponse<String> reply :
                List.of(world.get(UNKNOWN), world.delete(UNKNOWN), world.get(UNKNOWN + "/reply"))) {
            assertThat(reply.statusCode()).isEqualTo(404);
            assertThat(reply.headers().firstValue("content-type")).contains("application/problem+json");
            assertThat(reply.body()).contains("for 600 s", "not over a restart", "durable");
        }
        HttpResponse<String> bad = world.get("/commands/4711");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(bad.body()).contains("a UUID");
    }

    @Test
    void anIdIsRefusedWhileItIsKeptUnlessNothingWasExecuted() throws Exception {
        String id = UUID.randomUUID().toString();
        send("Sommelier-Command-Id", id);
        HandWorker.Job job = worker.next();
        HttpResponse<String> second = world.post("hand", "", "Sommelier-Command-Id", id, "Prefer", "respond-async");
        assertThat(second.statusCode()).isEqualTo(409);

        job.responder().complete(Payload.empty());
        showEnded("/commands/" + id);
        assertThat(world.post("hand", "", "Sommelier-Command-Id", id).statusCode())
                .isEqualTo(409);
        assertThat(worker.isIdle()).isTrue();

        String refused = UUID.randomUUID().toString();
        send("Sommelier-Command-Id", refused);
        worker.next()
                .responder()
                .fail(Part.failed(new CommandError(
                                io.sommelier.api.ErrorCode.MEMBER_BUSY,
                                io.sommelier.api.Outcome.REFUSED,
                                true,
                                io.sommelier.api.Stage.MEMBER_QUEUE,
                                "busy"))
                        .build());
        showEnded("/commands/" + refused);
        send("Sommelier-Command-Id", refused);
        worker.next().responder().complete(Payload.ofText("the second time"));
        assertThat(showEnded("/commands/" + refused).at("/reply/text").asText()).isEqualTo("the second time");
    }

    @Test
    void aFullTableRefusesAndForgetsNothingThatIsLiveOrUnread() throws Exception {
        world.gateway.settings(Map.of("results", "2"));
        String live = send();
        HandWorker.Job job = worker.next();
        String unread = send();
        worker.next().responder().complete(Payload.ofText("unread"));

        HttpResponse<String> refused = world.post("hand", "", "Prefer", "respond-async");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).contains("2");
        assertThat(json.readTree(refused.body()).get("code").asText()).isEqualTo("OVERLOADED");
        assertThat(json.readTree(refused.body()).get("outcome").asText()).isEqualTo("NOT_SENT");
        assertThat(worker.isIdle()).isTrue();

        assertThat(showEnded(unread).at("/reply/text").asText()).isEqualTo("unread");
        String next = send();
        assertThat(world.get(unread).statusCode()).isEqualTo(404);
        assertThat(show(live).has("ended")).isFalse();
        job.responder().complete(Payload.empty());
        worker.next().responder().complete(Payload.empty());
        showEnded(next);
    }

    @Test
    void aReplyThatIsTooLargeIsLostAndItsCommandGoesOn() throws Exception {
        world.gateway.settings(Map.of("resultBytes", "1024"));
        String path = send();
        HandWorker.Job job = worker.next();
        for (int i = 0; i < 1000; i++) {
            Payload piece = Payload.copyOf(new byte[1000]);
            if (!job.responder().data(piece)) {
                await().until(() -> job.responder().data(piece));
            }
        }
        assertThat(job.cancelled().getCount()).isEqualTo(1);
        job.responder().complete(Payload.empty());

        JsonNode ended = showEnded(path);
        assertThat(ended.get("state").asText()).isEqualTo("FAILED");
        assertThat(ended.get("outcome").asText()).isEqualTo("REPLY_LOST");
        assertThat(ended.at("/error/code").asText()).isEqualTo("REPLY_TOO_LARGE");
    }

    @Test
    void repliesHoldNoMoreBytesThanTheyMay() throws Exception {
        world.gateway.settings(Map.of("resultsBytes", String.valueOf(1 << 20), "resultBytes", "900000"));
        String first = send();
        worker.next().responder().complete(Payload.copyOf(new byte[800_000]));
        await().until(() -> world.gateway.commands().keptBytes() > 800_000);
        String second = send();
        worker.next().responder().complete(Payload.copyOf(new byte[800_000]));

        JsonNode lost = showEnded(second);
        assertThat(lost.get("outcome").asText()).isEqualTo("REPLY_LOST");
        assertThat(lost.at("/error/code").asText()).isEqualTo("OVERLOADED");
        showEnded(first);
        String third = send();
        worker.next().responder().complete(Payload.copyOf(new byte[800_000]));
        assertThat(showEnded(third).get("state").asText()).isEqualTo("COMPLETED");
        assertThat(world.gateway.commands().keptBytes()).isLessThanOrEqualTo(1 << 20);
    }

    @Test
    void whatAWorkerSendsWithItsFailureIsCountedAndGoesWhenThereIsNoRoom() throws Exception {
        world.gateway.settings(Map.of("resultBytes", "1024", "resultRetention", "2s"));
        String kept = send();
        worker.next()
                .responder()
                .fail(Part.failed(CommandError.executed("corked"))
                        .payload(Payload.ofText("x".repeat(1000)))
                        .build());
        String stripped = send();
        worker.next()
                .responder()
                .fail(Part.failed(CommandError.executed("corked"))
                        .payload(Payload.ofText("x".repeat(1025)))
                        .build());

        assertThat(showEnded(kept).at("/error/reply/bytes").asInt()).isEqualTo(1000);
        assertThat(showEnded(stripped).at("/error/code").asText()).isEqualTo("HANDLER_FAILED");
        assertThat(show(stripped).at("/error/reply").isMissingNode()).isTrue();
        assertThat(world.gateway.commands().keptBytes()).isEqualTo(2 * 1024 + 1000);
        await().until(() -> world.gateway.commands().keptBytes() == 0);
    }

    @Test
    void aReplyIsDroppedWhenItsTimeIsOver() throws Exception {
        world.gateway.settings(Map.of("resultRetention", "1s"));
        String path = send();
        worker.next()
                .responder()
                .complete(Part.complete(Payload.ofText("wine"))
                        .headers(io.sommelier.api.Headers.of("x-long", "x".repeat(500)))
                        .build());
        showEnded(path);
        assertThat(world.gateway.commands().keptBytes()).isGreaterThan(1024 + 500);

        await().until(() -> world.get(path).statusCode() == 404);

        assertThat(world.gateway.commands().size()).isZero();
        assertThat(world.gateway.commands().keptReplies()).isZero();
        assertThat(world.gateway.commands().keptBytes()).isZero();
    }

    @Test
    void withoutAControllerKeptRepliesAreStillShown() throws Exception {
        String path = send();
        worker.next().responder().complete(Payload.ofText("wine"));
        showEnded(path);
        world.gateway.sender(null);
        world.gateway.admin(null);

        assertThat(show(path).at("/reply/text").asText()).isEqualTo("wine");
        assertThat(world.get("/targets").statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @CsvSource({"true,absent,hand", "false,absent,hand", "true,cellar,hand"})
    void aCommandForAMailboxIsAnsweredEarlyOnlyWhenTheMailboxHasIt(boolean isDurable, String target, String operation)
            throws Exception {
        var isWritten = new CompletableFuture<Void>();
        var puts = new LinkedBlockingQueue<String>();
        world.controller.mailbox(holding(new MemoryMailbox(System::nanoTime), puts, isWritten));

        var taken = world.http.sendAsync(
                world.request("/commands/" + target + "/" + operation)
                        .headers("Prefer", "respond-async", "Sommelier-Durable", String.valueOf(isDurable))
                        .POST(BodyPublishers.ofString("wine"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(puts.poll(10, TimeUnit.SECONDS)).isNotNull();
        // Another request passes through everything that the first one waits for.
        assertThat(world.get(UNKNOWN).statusCode()).isEqualTo(404);
        assertThat(taken).isNotDone();

        isWritten.complete(null);

        HttpResponse<String> reply = taken.get(10, TimeUnit.SECONDS);
        assertThat(reply.statusCode()).isEqualTo(202);
        assertThat(json.readTree(reply.body()).get("durable").asBoolean()).isEqualTo(isDurable);
        if (target.equals("absent")) {
            assertThat(show(reply.headers().firstValue("location").orElseThrow())
                            .get("state")
                            .asText())
                    .isEqualTo("WAITING");
        }
    }

    @Test
    void aMailboxThatDoesNotTakeTheCommandIs503AndNothingIsKept() throws Exception {
        var isWritten = new CompletableFuture<Void>();
        var full = CommandError.of(
                io.sommelier.api.ErrorCode.MAILBOX_UNAVAILABLE,
                io.sommelier.api.Outcome.NOT_SENT,
                io.sommelier.api.Stage.MAILBOX,
                "full");
        isWritten.completeExceptionally(new CommandException(full));
        world.controller.mailbox(holding(new MemoryMailbox(System::nanoTime), new LinkedBlockingQueue<>(), isWritten));

        HttpResponse<String> reply = world.post("hand", "wine", "Prefer", "respond-async", "Sommelier-Durable", "true");

        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(reply.body()).contains("MAILBOX_UNAVAILABLE", "NOT_SENT");
        assertThat(world.gateway.commands().size()).isZero();
    }

    /** A mailbox that has what was put when the test says so; by a proxy, since the rest of it is of no interest here. */
    private static Mailbox holding(Mailbox mailbox, Queue<String> puts, CompletableFuture<Void> isWritten) {
        return (Mailbox) Proxy.newProxyInstance(
                Mailbox.class.getClassLoader(), new Class<?>[] {Mailbox.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("put")) {
                        puts.add(String.valueOf(arguments[0]));
                        return isWritten;
                    }
                    return method.invoke(mailbox, arguments);
                });
    }
}
