package io.sommelier.http.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An input stream as a publisher, read on an executor because a read may block; as many parts as were asked for, each
 * what one read gives. The stream is closed at its end, after an error, and when it is cancelled. Thread-safe; one
 * subscriber.
 */
final class InputStreamParts implements Flow.Publisher<ByteBuffer> {
    private static final Logger LOG = LoggerFactory.getLogger(InputStreamParts.class);

    private final InputStream in;
    private final Executor executor;
    private final int chunkBytes;

    InputStreamParts(InputStream in, Executor executor, int chunkBytes) {
        this.in = in;
        this.executor = executor;
        this.chunkBytes = Math.min(chunkBytes, 16 << 10);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Reading(subscriber));
    }

    private void close() {
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("A reply's input stream was not closed", e);
        }
    }

    /** One subscriber's reading; one task at a time. */
    private final class Reading implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private final AtomicBoolean isClosed = new AtomicBoolean();
        private volatile boolean isCancelled;

        Reading(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (demand.getAndAdd(n) == 0) {
                try {
                    executor.execute(this);
                } catch (RejectedExecutionException e) {
                    finish();
                    subscriber.onError(e);
                }
            }
        }

        @Override
        public void cancel() {
            isCancelled = true;
            try {
                // Not here: to close may block as well, or may be what wakes a read.
                executor.execute(this::finish);
            } catch (RejectedExecutionException e) {
                finish();
            }
        }

        @Override
        public void run() {
            var buffer = new byte[chunkBytes];
            try {
                do {
                    int length = isCancelled ? -1 : in.read(buffer);
                    if (length < 0) {
                        finish();
                        if (!isCancelled) {
                            subscriber.onComplete();
                        }
                        return;
                    }
                    if (length == 0) {
                        throw new IOException("the stream gave nothing");
                    }
                    subscriber.onNext(ByteBuffer.wrap(Arrays.copyOf(buffer, length)));
                } while (demand.decrementAndGet() > 0);
            } catch (IOException | RuntimeException e) {
                finish();
                if (!isCancelled) {
                    subscriber.onError(e);
                }
            }
        }

        private void finish() {
            if (isClosed.compareAndSet(false, true)) {
                close();
            }
        }
    }
}
