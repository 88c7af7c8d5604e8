package io.sommelier.bench.core;

import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * What a command within one JVM is compared with: a call of a function, or handing it to an executor; the answer comes
 * through a future.
 */
public final class BareLoad {
    private BareLoad() {}

    /** The function is called on the caller's thread. */
    public static Load direct(LoadShape shape, Meter meter) {
        byte[] payload = shape.payload();
        UnaryOperator<byte[]> function = question -> question;
        return new CallerLoad(
                answer -> CompletableFuture.completedFuture(function.apply(payload))
                        .whenComplete(answer),
                shape.inFlight(),
                meter,
                () -> {});
    }

    /** The function is called on one of so many threads. */
    public static Load executor(LoadShape shape, Meter meter, int threads) {
        byte[] payload = shape.payload();
        UnaryOperator<byte[]> function = question -> question;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        return new CallerLoad(
                answer -> {
                    CompletableFuture<byte[]> future = new CompletableFuture<>();
                    future.whenComplete(answer);
                    executor.execute(() -> future.complete(function.apply(payload)));
                },
                shape.inFlight(),
                meter,
                executor::shutdownNow);
    }
}
