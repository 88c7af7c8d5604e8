package io.sommelier.examples.demo;

import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.CompletableFuture.supplyAsync;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Health;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;

/** What the demo connector serves. */
final class DemoOperations {
    private DemoOperations() {}

    /**
     * A connector with all of it, still to be opened.
     *
     * @param health how it is, whenever the controller asks
     */
    static ConnectorBuilder connector(String target, String id, Callable<Health> health) {
        return Connector.builder(id)
                .serves(target)
                .health(health)
                .handler("pour", (invocation, responder) -> responder.complete(Echo.of(invocation, id)))
                .handler("slow", CommandHandler.answeringLater(invocation -> {
                    long millis = JsonNumber.read(invocation.payload(), "millis", 0, 3_600_000);
                    Payload answer = Payload.ofText("{\"millis\":" + millis + "}\n");
                    return supplyAsync(() -> answer, delayedExecutor(millis, MILLISECONDS));
                }))
                .handler("count", (invocation, responder) -> {
                    long to = JsonNumber.read(invocation.payload(), "to", 0, 1_000_000_000);
                    responder.accept(
                            Part.accepted().contentType("application/x-ndjson").build());
                    CommandHandler.iterating(counted -> LongStream.rangeClosed(1, to)
                                    .mapToObj(n -> Payload.ofText("{\"n\":" + n + "}\n"))
                                    .iterator())
                            .handle(invocation, responder);
                })
                .handler("fail", (invocation, responder) -> responder.fail("this operation always fails"));
    }
}
