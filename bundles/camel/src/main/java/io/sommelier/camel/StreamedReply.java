package io.sommelier.camel;

import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A reply that is read until its first DATA, terminal or failure is there, and then given on to one reader as a publisher of payloads: one buffer for each DATA
 * part, and one for the terminal's payload unless it is empty. Takes one part at a time, and the next one when that was taken. Thread-safe.
 */
final class StreamedReply implements Flow.Subscriber<Part>, Flow.Publisher<ByteBuffer> {
    /** What is told once, on the thread that brings it. */
    interface Head {
        /** The first part that has bytes, or ends the reply; the ACCEPTED part before it, or {@code null}. */
        void begun(Part accepted, Part first);

        /** It failed before that. */
        void failed(Throwable failure);
    }

    private final Head head;
    private final AtomicBoolean isSubscribed = new AtomicBoolean();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private volatile Flow.Subscription parts;
    private volatile Part held;
    private volatile Throwable failure;
    private volatile boolean isCancelled;
    private volatile Flow.Subscriber<? super ByteBuffer> joining;

    // Confined to who brings the parts.
    private boolean isBegun;
    private Part accepted;

    // Confined to the one who works.
    private Flow.Subscriber<? super ByteBuffer> reader;

    StreamedReply(Head head) {
        this.head = head;
    }

    /** Whether a reader came: what becomes of the reply is up to it then. */
    boolean hasReader() {
        return isSubscribed.get();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        parts = given;
        given.request(1);
    }

    @Override
    public void onNext(Part part) {
        if (part.status() == PartStatus.ACCEPTED) {
            accepted = part;
            parts.request(1);
            return;
        }
        held = part;
        if (!isBegun) {
            isBegun = true;
            head.begun(accepted, part);
        }
        signal();
    }

    @Override
    public void onError(Throwable thrown) {
        failure = thrown;
        if (!isBegun) {
            isBegun = true;
            head.failed(thrown);
        }
        signal();
    }

    @Override
    public void onComplete() {
        // the COMPLETE part said it
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (!isSubscribed.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Nothing());
            subscriber.onError(new IllegalStateException("a streamed reply has one reader, and there was one already"));
            return;
        }
        try {
            subscriber.onSubscribe(new Reading());
        } catch (Throwable thrown) {
            parts.cancel();
            throw thrown;
        }
        joining = subscriber;
        signal();
    }

    private void signal() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        int found = 1;
        do {
            if (reader == null && joining != null) {
                reader = joining;
                joining = null;
            }
            try {
                if (reader != null) {
                    deliver();
                }
            } catch (Throwable thrown) {
                isCancelled = true;
                reader = null;
                held = null;
                parts.cancel();
                throw thrown;
            }
            found = work.addAndGet(-found);
        } while (found != 0);
    }

    private void deliver() {
        while (!isCancelled) {
            // in this order: a failure comes after the parts before it
            Throwable thrown = failure;
            Part part = held;
            if (thrown instanceof BadDemand bad) {
                end().onError(bad.getCause());
                return;
            }
            if (part == null) {
                if (thrown != null) {
                    end().onError(thrown);
                }
                return;
            }
            boolean isLast = part.status() == PartStatus.COMPLETE;
            if (isLast && part.payload().isEmpty()) {
                end().onComplete();
                return;
            }
            if (demand.get() == 0) {
                return;
            }
            demand.updateAndGet(had -> had == Long.MAX_VALUE ? had : had - 1);
            held = null;
            reader.onNext(part.payload().view());
            if (isCancelled) {
                break;
            }
            if (isLast) {
                end().onComplete();
                return;
            }
            parts.request(1);
        }
        reader = null;
        held = null;
    }

    private Flow.Subscriber<? super ByteBuffer> end() {
        Flow.Subscriber<? super ByteBuffer> last = reader;
        reader = null;
        held = null;
        return last;
    }

    /** Carries the reader's own mistake through {@link #failure}. */
    private static final class BadDemand extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadDemand(long asked) {
            super(
                    null,
                    new IllegalArgumentException("demand of " + asked + " parts, allowed are 1 and more"),
                    false,
                    false);
        }
    }

    private final class Reading implements Flow.Subscription {
        @Override
        public void request(long asked) {
            if (isCancelled) {
                return;
            }
            if (asked <= 0) {
                failure = new BadDemand(asked);
                parts.cancel();
            } else {
                demand.accumulateAndGet(asked, (had, more) -> had + more < 0 ? Long.MAX_VALUE : had + more);
            }
            signal();
        }

        @Override
        public void cancel() {
            if (!isCancelled) {
                isCancelled = true;
                parts.cancel();
                signal();
            }
        }
    }

    /** What a second reader is given. */
    private static final class Nothing implements Flow.Subscription {
        @Override
        public void request(long asked) {}

        @Override
        public void cancel() {}
    }
}
