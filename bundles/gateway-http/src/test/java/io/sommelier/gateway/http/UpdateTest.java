package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.http.engine.HttpEngine;
import io.sommelier.runtime.camel.CamelContexts;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway, its server and its controller come and go: nothing ends silently, and the gap says that it is one. */
@Timeout(60)
class UpdateTest {
    private final ObjectMapper json = new ObjectMapper();
    private final HandWorker worker = new HandWorker();
    private final AtomicInteger produced = new AtomicInteger();
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.with(Map.of("drainLimit", "200ms"));
        world.serve("hand", worker);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private RawClient ask(String accept) throws Exception {
        RawClient client = world.client();
        client.send("POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nAccept: " + accept
                + "\r\nContent-Length: 0\r\n\r\n");
        return client;
    }

    @Test
    void aStopAnswersWhatIsOpenWithWhatIsTrueAndThenThePathIs503() throws Exception {
        try (RawClient single = ask("*/*")) {
            HandWorker.Job one = worker.next();
            RawClient stream = ask("application/x-ndjson");
            HandWorker.Job two = worker.next();
            two.responder().data(Payload.ofText("{\"n\":1}"));
            stream.head();
            stream.chunk();

            world.gateway.drain();
            world.context.stop();

            RawClient.Reply reply = single.reply();
            assertThat(reply.status()).isEqualTo(502);
            JsonNode problem = json.readTree(reply.text());
            assertThat(problem.get("code").asText()).isEqualTo("DRAINING");
            assertThat(problem.get("outcome").asText()).isEqualTo("UNKNOWN");
            JsonNode end = json.readTree(stream.chunk()).get("sommelier.error");
            assertThat(end.get("code").asText()).isEqualTo("DRAINING");
            assertThat(stream.chunk()).isEmpty();
            one.awaitCancelled();
            two.awaitCancelled();
        }
        try (RawClient late = ask("*/*")) {
            RawClient.Reply reply = late.reply();
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.header("retry-after")).isNotNull();
            JsonNode problem = json.readTree(reply.text());
            assertThat(problem.get("code").asText()).isEqualTo("DRAINING");
            assertThat(problem.get("outcome").asText()).isEqualTo("NOT_SENT");
            assertThat(problem.get("retryable").asBoolean()).isTrue();
        }
        assertThat(worker.isIdle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "application/x-ndjson", "text/event-stream"})
    void aReplyThatIsNotReadIsBrokenOffBeforeTheStopIsOver(String accept) throws Exception {
        serveVolume(Long.MAX_VALUE);
        try (RawClient stalled = stalledOn("volume", accept)) {
            world.gateway.drain();

            assertBrokenOff(stalled);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "text/event-stream"})
    void soIsOneOfWhichOnlyTheRecordOfAFailureIsLeft(String accept) throws Exception {
        try (RawClient stalled = RawClient.narrow(world.port())) {
            stalled.send("POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nAccept: " + accept
                    + "\r\nContent-Length: 0\r\n\r\n");
            HandWorker.Job job = worker.next();
            job.responder().data(Payload.copyOf(new byte[1 << 20]));
            stalled.head();
            job.responder().fail("corked");
            await().until(() -> world.controller.admin().inFlight(10).isEmpty());
            assertThat(world.gateway.commands().streams())
                    .as("its room is taken")
                    .isEqualTo(1);

            world.gateway.drain();

            assertBrokenOff(stalled);
        }
    }

    private void serveVolume(long pieces) {
        world.serve(
                "volume",
                CommandHandler.iterating(invocation -> Stream.generate(() -> Payload.copyOf(new byte[64 << 10]))
                        .limit(pieces)
                        .peek(piece -> produced.incrementAndGet())
                        .iterator()));
    }

    /** A client that asked, saw the head of the reply, and reads no more. */
    private RawClient stalledOn(String operation, String accept) throws Exception {
        RawClient stalled = RawClient.narrow(world.port());
        stalled.send("POST /commands/cellar/" + operation + " HTTP/1.1\r\nHost: a\r\nAccept: " + accept
                + "\r\nContent-Length: 0\r\n\r\n");
        stalled.head();
        var seen = new AtomicInteger(-1);
        await().pollInterval(Duration.ofMillis(200)).until(() -> seen.getAndSet(produced.get()) == produced.get());
        return stalled;
    }

    private void assertBrokenOff(RawClient stalled) {
        assertThat(world.gateway.commands().size())
                .as("commands that the gateway has")
                .isZero();
        assertThat(world.gateway.commands().streams()).isZero();
        assertThatThrownBy(() -> {
                    while (stalled.chunk().length > 0) {
                        // up to the end
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void aReaderThatGoesOnAfterItsWorkerHasEndedGetsTheWholeReplyInTheTimeOfTheDrain() throws Exception {
        world.gateway.settings(Map.of("drainLimit", "30s"));
        serveVolume(64);
        try (RawClient slow = stalledOn("volume", "*/*")) {
            var stop = CompletableFuture.runAsync(world.gateway::drain);
            await().until(world.gateway.commands()::isDraining);

            long bytes = 0;
            for (byte[] chunk = slow.chunk(); chunk.length > 0; chunk = slow.chunk()) {
                bytes += chunk.length;
            }

            assertThat(bytes).isEqualTo(64L * (64 << 10));
            stop.join();
            assertThat(world.gateway.commands().size()).isZero();
        }
    }

    @Test
    void whileItDrainsNewCommandsAre503AndOpenOnesMayEnd() throws Exception {
        world.gateway.settings(Map.of("drainLimit", "30s"));
        try (RawClient waiting = ask("*/*");
                RawClient late = world.client()) {
            HandWorker.Job job = worker.next();
            var draining = CompletableFuture.runAsync(world.gateway::drain);
            await().until(() -> world.gateway.commands().isDraining());

            late.post("/commands/cellar/hand", "");
            RawClient.Reply refused = late.reply();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("DRAINING", "NOT_SENT");

            job.responder().complete(Payload.ofText("in time"));
            assertThat(waiting.reply().text()).isEqualTo("in time");
            draining.get();
        }
    }

    @Test
    void aControllerThatComesBackIsUsedAtOnce() throws Exception {
        world.serve("pour", World.ECHO);
        world.gateway.sender(null);
        assertThat(world.post("pour", "wine").statusCode()).isEqualTo(503);

        world.gateway.sender(world.transport.sender("gateway-2"));

        assertThat(world.post("pour", "wine").body()).isEqualTo("wine");
    }

    @Test
    void theControllerGoesInTheMiddleOfARequest() throws Exception {
        try (RawClient waiting = ask("*/*")) {
            worker.next();

            world.controller.close(Duration.ZERO);

            RawClient.Reply reply = waiting.reply();
            assertThat(reply.status()).isEqualTo(502);
            assertThat(reply.text()).contains("UNKNOWN");
        }
        assertThat(world.post("hand", "").statusCode()).isEqualTo(503);
    }

    @Test
    void anotherServerIsMountedAndKeptRepliesStay() throws Exception {
        var contexts = new Contexts();
        try (var gateway = new Gateway(Map.of("drainLimit", "0s"));
                var first = HttpEngine.listening(Map.of("port", "0", "stopLimit", "0ms"));
                var second = HttpEngine.listening(Map.of("port", "0", "stopLimit", "0ms"));
                var mount = new Mount(gateway, contexts)) {
            gateway.sender(world.transport.sender("other"));
            assertThat(mount.problem()).isPresent();
            mount.use(first);
            await().until(() -> mount.problem().isEmpty());
            world.serve("pour", World.ECHO);
            String path;
            try (RawClient client = new RawClient(first.getServerPort())) {
                client.send("POST /commands/cellar/pour HTTP/1.1\r\nHost: a\r\nPrefer: respond-async\r\n"
                        + "Content-Length: 4\r\n\r\nwine");
                RawClient.Reply reply = client.reply();
                assertThat(reply.status()).isEqualTo(202);
                path = reply.header("location");
            }

            mount.leave(first);
            assertThat(mount.problem()).isPresent();
            assertThat(contexts.open).hasValue(0);
            mount.use(second);
            await().until(() -> mount.problem().isEmpty());

            try (RawClient client = new RawClient(second.getServerPort());
                    RawClient old = new RawClient(first.getServerPort())) {
                await().until(() -> client.get(path + "/reply").reply().status() == 200);
                assertThat(client.get(path + "/reply").reply().text()).isEqualTo("wine");
                assertThat(old.get(path).reply().status()).isEqualTo(503);
            }
            assertThat(contexts.open).hasValue(1);
        }
        assertThat(contexts.open).hasValue(0);
    }

    @Test
    void aServerThatCannotServeIsAProblemAndTheNextOneIsNot() throws Exception {
        var contexts = new Contexts();
        PlatformHttpEngine broken = (endpoint, processor) -> {
            throw new IllegalStateException("no room");
        };
        try (var gateway = new Gateway(Map.of());
                var good = HttpEngine.listening(Map.of("port", "0", "stopLimit", "0ms"));
                var mount = new Mount(gateway, contexts)) {
            mount.use(broken);
            await().until(() -> mount.problem()
                    .filter(text -> text.contains("cannot be started"))
                    .isPresent());
            assertThat(contexts.open).hasValue(0);

            mount.use(good);

            await().until(() -> mount.problem().isEmpty());
        }
    }

    /** Makes one context at a time, as the service does. */
    private static final class Contexts implements CamelContexts {
        final AtomicInteger open = new AtomicInteger();

        @Override
        public CamelContext create() {
            assertThat(open.incrementAndGet()).isEqualTo(1);
            return World.newContext();
        }

        @Override
        public void release(CamelContext context) {
            context.stop();
            open.decrementAndGet();
        }
    }
}
