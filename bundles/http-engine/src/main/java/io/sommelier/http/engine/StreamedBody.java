package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A body of any size as a publisher with one subscriber. Nothing is read from the connection that was not asked for,
 * beyond {@code pipelineBytes}. Subscribers may ask from any thread; they are called on the event loop, in order, and
 * must not block it. Of what is decoded already a few parts at most wait here.
 */
final class StreamedBody implements RequestBody, Flow.Publisher<ByteBuffer> {
    private static final Logger LOG = LoggerFactory.getLogger(StreamedBody.class);

    private final HttpConnection connection;
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private Flow.Subscriber<? super ByteBuffer> subscriber;
    private long demand;
    private boolean isWhole;
    private boolean isOver;
    private boolean isGivingOut;
    private Throwable lost;

    StreamedBody(HttpConnection connection) {
        this.connection = connection;
    }

    @Override
    public boolean add(ByteBuf in) {
        if (!isOver && in.isReadable()) {
            // A copy: what subscribers keep must not depend on the connection's buffers.
            var part = ByteBuffer.allocate(in.readableBytes());
            in.readBytes(part);
            waiting.add(part.flip());
            giveOut();
        }
        return true;
    }

    @Override
    public void end() {
        isWhole = true;
        giveOut();
    }

    /** The rest will not come. */
    void lost(Throwable reason) {
        if (!isWhole && lost == null) {
            lost = reason;
            giveOut();
        }
    }

    /** Whether bytes that came may be decoded. */
    boolean wantsMore() {
        return isOver || demand > waiting.size();
    }

    /** Whether somebody reads it, or has not yet said that nobody will. */
    boolean isInUse() {
        return subscriber != null && !isOver;
    }

    /** Nobody will read the rest. */
    void abandon() {
        isOver = true;
        waiting.clear();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newSubscriber) {
        connection.onLoop(() -> {
            if (subscriber != null || isOver) {
                newSubscriber.onSubscribe(new Nothing());
                newSubscriber.onError(new IllegalStateException("the body of a request is there once, for one reader"));
                return;
            }
            subscriber = newSubscriber;
            guarded(() -> newSubscriber.onSubscribe(new Asking()));
            giveOut();
        });
    }

    private void giveOut() {
        if (isGivingOut || subscriber == null) {
            return;
        }
        isGivingOut = true;
        while (!isOver && demand > 0 && !waiting.isEmpty()) {
            demand--;
            ByteBuffer part = waiting.poll();
            guarded(() -> subscriber.onNext(part));
        }
        isGivingOut = false;
        if (!isOver && waiting.isEmpty()) {
            if (isWhole) {
                isOver = true;
                guarded(subscriber::onComplete);
            } else if (lost != null) {
                isOver = true;
                guarded(() -> subscriber.onError(lost));
            }
        }
        connection.bodyDemandChanged();
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            abandon();
            LOG.warn("The reader of a request body failed, the rest is not read", e);
        }
    }

    /** What the subscriber asks by. */
    private final class Asking implements Flow.Subscription {
        @Override
        public void request(long n) {
            connection.onLoop(() -> {
                if (n <= 0) {
                    lost(new IllegalArgumentException("request(" + n + ") is not possible, allowed is 1 or more"));
                    waiting.clear();
                } else {
                    demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
                }
                giveOut();
            });
        }

        @Override
        public void cancel() {
            connection.onLoop(() -> {
                abandon();
                connection.bodyDemandChanged();
            });
        }
    }

    /** For those who come too late. */
    private static final class Nothing implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
