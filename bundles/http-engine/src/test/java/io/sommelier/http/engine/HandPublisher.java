package io.sommelier.http.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Gives what a test hands it, when it was asked for. */
final class HandPublisher implements Flow.Publisher<ByteBuffer> {
    final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscriber<? super ByteBuffer>> subscriber = new CompletableFuture<>();
    private final Semaphore demand = new Semaphore(0);

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newSubscriber) {
        newSubscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                demand.release((int) n);
            }

            @Override
            public void cancel() {
                cancelled.complete(true);
            }
        });
        subscriber.complete(newSubscriber);
    }

    void next(String text) throws InterruptedException, ExecutionException {
        if (!demand.tryAcquire(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody asks");
        }
        subscriber.get().onNext(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void complete() throws InterruptedException, ExecutionException {
        subscriber.get().onComplete();
    }

    void fail() throws InterruptedException, ExecutionException {
        subscriber.get().onError(new IOException("on purpose"));
    }
}
