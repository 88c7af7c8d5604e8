package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Much of everything, in a heap of 128 MiB; and after it nothing is held. */
@Timeout(300)
class VolumeTest {
    private static final int PIECE = 64 << 10;

    private World world;

    @BeforeEach
    void open() throws Exception {
        world = World.open();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void assertNothingIsHeld() {
        await().untilAsserted(() -> {
            assertThat(world.gateway.commands().size()).isZero();
            assertThat(world.gateway.commands().streams()).isZero();
            assertThat(world.gateway.commands().keptReplies()).isZero();
            assertThat(world.gateway.commands().keptBytes()).isZero();
            assertThat(world.controller.admin().inFlight()).isZero();
            assertThat(world.controller.admin().bytesHeld()).isZero();
            assertThat(world.context.getInflightRepository().size()).isZero();
        });
    }

    @Test
    void afterTenThousandRequestsOfEachKindNothingIsHeld() throws Exception {
        world.gateway.settings(java.util.Map.of("resultRetention", "1s"));
        world.serve("pour", World.ECHO);
        world.serveDirect("direct", World.ECHO);
        world.serve("fail", (invocation, responder) -> responder.fail("corked"));
        world.serve(
                "count",
                CommandHandler.iterating(invocation -> java.util.stream.IntStream.range(0, 5)
                        .mapToObj(n -> Payload.ofText("{\"n\":" + n + "}"))
                        .iterator()));
        Set<String> threadsBefore = ownThreads(100);
        String[] operations = {"pour", "direct", "fail", "count", "nothing"};
        String[] headers = {"*/*", "text/event-stream", "application/x-ndjson", "application/json"};
        var room = new Semaphore(64);
        var answered = new AtomicInteger();
        var odd = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            room.acquire();
            var request = world.request("/commands/cellar/" + operations[i % operations.length])
                    .header("Accept", headers[i % headers.length])
                    .POST(BodyPublishers.ofString("wine " + i));
            if (i % 10 == 9) {
                request.header("Prefer", "respond-async");
            }
            world.http.sendAsync(request.build(), BodyHandlers.discarding()).whenComplete((reply, failure) -> {
                answered.incrementAndGet();
                if (failure != null || reply.statusCode() >= 500) {
                    odd.incrementAndGet();
                }
                room.release();
            });
        }
        await().until(() -> answered.get() == 10_000);

        assertThat(odd).hasValue(0);
        assertNothingIsHeld();
        assertThat(ownThreads(0)).isEqualTo(threadsBefore);
    }

    /** The threads of gateway and engine, after a few requests so that all of them are there. */
    private Set<String> ownThreads(int requests) throws Exception {
        var waiting = new ArrayList<CompletableFuture<?>>();
        for (int i = 0; i < requests; i++) {
            waiting.add(world.http.sendAsync(
                    world.request("/commands/cellar/pour")
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.discarding()));
        }
        CompletableFuture.allOf(waiting.toArray(CompletableFuture<?>[]::new)).join();
        var names = new HashSet<String>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("sommelier-gateway")
                    || thread.getName().startsWith("sommelier-http")) {
                names.add(thread.getName());
            }
        }
        return names;
    }

    /** Streams pieces of zeros against credit; tells how many bytes it has sent. */
    private static CommandHandler zeros(long bytes, AtomicLong sent) {
        Payload piece = Payload.copyOf(new byte[PIECE]);
        return (invocation, responder) -> responder.onCredit(() -> send(responder, piece, bytes, sent));
    }

    private static void send(Responder responder, Payload piece, long bytes, AtomicLong sent) {
        while (sent.get() < bytes) {
            if (responder.isEnded() || !responder.data(piece)) {
                return;
            }
            sent.addAndGet(PIECE);
        }
        responder.complete(Payload.empty());
    }

    @Test
    void aGibibyteFlowsThroughToAFastReader() throws Exception {
        long gibibyte = 1L << 30;
        world.serve("zeros", zeros(gibibyte, new AtomicLong()));

        HttpResponse<InputStream> reply = world.http.send(
                world.request("/commands/cellar/zeros")
                        .header("Sommelier-Ttl", "5m")
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofInputStream());
        long read = 0;
        try (InputStream in = reply.body()) {
            byte[] buffer = new byte[PIECE];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read += n;
            }
        }

        assertThat(read).isEqualTo(gibibyte);
        assertNothingIsHeld();
    }

    @Test
    void slowReadersSlowTheirWorkersAndNotTheHeap() throws Exception {
        int readers = 32;
        long each = 16 << 20; // four times the heap, all together
        var sent = new AtomicLong[readers];
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < readers; i++) {
            sent[i] = new AtomicLong();
            world.serve("zeros" + i, zeros(each, sent[i]));
            RawClient client = RawClient.narrow(world.port());
            client.send("POST /commands/cellar/zeros" + i
                    + " HTTP/1.1\r\nHost: a\r\nSommelier-Ttl: 5m\r\nContent-Length: 0\r\n\r\n");
            client.head();
            clients.add(client);
        }
        AtomicLong all = new AtomicLong();
        await().during(java.time.Duration.ofMillis(300)).until(() -> {
            long now = 0;
            for (AtomicLong one : sent) {
                now += one.get();
            }
            return all.getAndSet(now) == now;
        });

        for (AtomicLong one : sent) {
            assertThat(one).as("bytes ahead of a reader that reads nothing").hasValueLessThan(2 << 20);
        }
        long received = 0;
        for (RawClient client : clients) {
            for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
                received += chunk.length;
            }
            client.close();
        }
        assertThat(received).isEqualTo(readers * each);
        assertNothingIsHeld();
    }
}
