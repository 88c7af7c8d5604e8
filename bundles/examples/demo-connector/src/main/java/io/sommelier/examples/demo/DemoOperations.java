package io.sommelier.examples.demo;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What the demo connector serves. */
final class DemoOperations {
    private DemoOperations() {}

    static Map<String, CommandHandler> of(String instance) {
        return Map.of(
                "pour",
                (invocation, responder) -> pour(invocation, responder, instance),
                "slow",
                CommandHandler.answeringLater(DemoOperations::slow),
                "count",
                DemoOperations::count,
                "fail",
                DemoOperations::fail);
    }

    private static void pour(Invocation invocation, Responder responder, String instance) {
        responder.complete(Part.complete(Payload.ofText(Echo.json(invocation, instance)))
                .contentType("application/json")
                .build());
    }

    private static CompletableFuture<Payload> slow(Invocation invocation) {
        long millis = JsonNumber.read(invocation.payload().asText(), "millis", 0, 3_600_000);
        Executor later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
        return CompletableFuture.supplyAsync(() -> Payload.ofText("{\"millis\":" + millis + "}\n"), later);
    }

    private static void count(Invocation invocation, Responder responder) throws Exception {
        long to = JsonNumber.read(invocation.payload().asText(), "to", 0, 1_000_000_000);
        responder.accept(Part.accepted().contentType("application/x-ndjson").build());
        CommandHandler.iterating(counted -> LongStream.rangeClosed(1, to)
                        .mapToObj(n -> Payload.ofText("{\"n\":" + n + "}\n"))
                        .iterator())
                .handle(invocation, responder);
    }

    private static void fail(Invocation invocation, Responder responder) {
        throw new CommandException(CommandError.executed("this operation always fails"));
    }
}
