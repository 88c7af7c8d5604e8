package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandId;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import io.sommelier.api.Target;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.testkit.MemoryMailbox;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that goes cancels its command, wherever that is, and nothing of it stays. */
@Timeout(60)
class DisconnectTest {
    private final HandWorker worker = new HandWorker();
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = new World(Map.of(), Map.of("writeLimit", "300ms"));
        world.serve("hand", worker);
    }

    @AfterEach
    void close() {
        await().untilAsserted(() -> {
            assertThat(world.gateway.commands().size()).isZero();
            assertThat(world.gateway.commands().streams()).isZero();
            assertThat(world.controller.admin().inFlight()).isZero();
            assertThat(world.context.getInflightRepository().size()).isZero();
        });
        world.close();
    }

    private RawClient ask(String accept) throws Exception {
        RawClient client = RawClient.narrow(world.port());
        client.send("POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nAccept: " + accept
                + "\r\nContent-Length: 0\r\n\r\n");
        return client;
    }

    @Test
    void whileItWaitsForTheReply() throws Exception {
        RawClient client = ask("*/*");
        HandWorker.Job job = worker.next();

        client.close();

        job.awaitCancelled();
        job.responder().complete(Payload.ofText("too late"));
    }

    @Test
    void afterTheCommandWasAccepted() throws Exception {
        RawClient client = ask("*/*");
        HandWorker.Job job = worker.next();
        job.responder().accept(io.sommelier.api.Part.accepted().build());

        client.close();

        job.awaitCancelled();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "text/event-stream", "application/x-ndjson", "application/json"})
    void whileTheStreamIsIdle(String accept) throws Exception {
        RawClient client = ask(accept);
        HandWorker.Job job = worker.next();
        job.responder().data(Payload.ofText("one"));
        client.head();
        client.chunk();

        client.close();

        job.awaitCancelled();
    }

    @Test
    void whileTheStreamRuns() throws Exception {
        RawClient client = ask("*/*");
        HandWorker.Job job = worker.next();
        Responder responder = job.responder();
        Payload piece = Payload.copyOf(new byte[1000]);
        responder.onCredit(() -> {
            while (!responder.isEnded() && responder.data(piece)) {
                // goes on until there is no credit, or no client
            }
        });
        client.head();
        client.chunk();

        client.close();

        job.awaitCancelled();
    }

    @Test
    void butADurableCommandGoesOnForNobodyAndIsExecutedOnce() throws Exception {
        var mailbox = new MemoryMailbox(System::nanoTime);
        world.controller.mailbox(mailbox);
        CommandId id = CommandId.random();
        RawClient client = RawClient.narrow(world.port());
        client.send(
                "POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nSommelier-Durable: true\r\nSommelier-Command-Id: "
                        + id + "\r\nContent-Length: 0\r\n\r\n");
        HandWorker.Job job = worker.next();

        client.close();

        await().untilAsserted(() -> assertThat(world.gateway.commands().size()).isZero());
        assertThat(world.get("/commands/" + id).body()).contains("\"DISPATCHED\"");
        Payload piece = Payload.copyOf(new byte[100_000]);
        for (int i = 0; i < 20; i++) { // more than a call has credit for
            await().until(() -> job.responder().data(piece));
        }
        assertThat(job.cancelled().getCount()).isEqualTo(1);
        job.responder().complete(Payload.empty());
        await().until(() -> mailbox.size(Target.of("cellar")) == 0);
        assertThat(worker.isIdle()).isTrue();
        assertThat(world.controller.admin().outcomes())
                .extracting(OutcomeCount::end)
                .containsExactly("COMPLETED");
        assertThat(world.get("/commands/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void byClosingItsSendingSideAlone() throws Exception {
        try (RawClient client = ask("*/*")) {
            HandWorker.Job job = worker.next();

            client.socket.shutdownOutput();

            job.awaitCancelled();
        }
    }

    @Test
    void byNotReadingForTheWriteLimit() throws Exception {
        try (RawClient client = ask("*/*")) {
            HandWorker.Job job = worker.next();
            Responder responder = job.responder();
            Payload piece = Payload.copyOf(new byte[10_000]);
            responder.onCredit(() -> {
                while (!responder.isEnded() && responder.data(piece)) {
                    // goes on until there is no credit, or no client
                }
            });

            job.awaitCancelled();
            assertThat(client.socket.isClosed()).isFalse();
        }
    }

    @Test
    void amongPipelinedRequestsOnlyWhatWasBegunReachesAWorker() throws Exception {
        RawClient client = world.client();
        String request = "POST /commands/cellar/hand HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
        client.send(request + request + request);
        HandWorker.Job job = worker.next();

        client.close();

        job.awaitCancelled();
        assertThat(worker.isIdle()).isTrue();
    }

    @Test
    void manyAtOnce() throws Exception {
        var clients = new ArrayList<RawClient>();
        var jobs = new ArrayList<HandWorker.Job>();
        for (int i = 0; i < 200; i++) {
            clients.add(ask(i % 2 == 0 ? "*/*" : "text/event-stream"));
            HandWorker.Job job = worker.next();
            jobs.add(job);
            if (i % 4 < 2) {
                job.responder().data(Payload.ofText("one"));
            }
        }

        for (RawClient client : clients) {
            client.close();
        }

        for (HandWorker.Job job : jobs) {
            job.awaitCancelled();
        }
    }

    /** In each round the client goes while the worker answers; whoever is first, nothing may stay. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void justWhenTheReplyComes(int kind) throws Exception {
        for (int round = 0; round < 150; round++) {
            RawClient client = ask(round % 2 == 0 ? "*/*" : "application/x-ndjson");
            Responder responder = worker.next().responder();
            if (kind == 3) {
                responder.data(Payload.ofText("first"));
                client.head();
            }
            var barrier = new CyclicBarrier(2);
            var answering = CompletableFuture.runAsync(() -> {
                meet(barrier);
                switch (kind) {
                    case 0 -> responder.complete(Payload.ofText("wine"));
                    case 1 -> responder.fail("corked");
                    default -> {
                        responder.data(Payload.ofText("one"));
                        responder.complete(Payload.ofText("two"));
                    }
                }
            });
            meet(barrier);
            client.close();
            answering.get(10, TimeUnit.SECONDS);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
