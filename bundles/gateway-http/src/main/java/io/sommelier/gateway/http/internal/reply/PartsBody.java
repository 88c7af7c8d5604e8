package io.sommelier.gateway.http.internal.reply;

import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.Part;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The body of a streamed reply: asks for parts as the client's socket takes bytes, and frames them. Parts come in by {@link #take}, {@link #complete} and {@link #fail}, one at
 * a time; its one subscriber may ask from any thread. Thread-safe; {@link #work} orders the threads.
 *
 * <p>It holds what it asked for, so no more than its subscriber asked for, and the first part and the record of a failure, which come without being asked for.
 */
public final class PartsBody implements Flow.Publisher<ByteBuffer> {
    private final CommandId id;
    private final ReplyHead head;
    private final PartFraming framing;
    private final Flow.Subscription parts;
    private final Runnable abandoned;
    private final Runnable givenOut;
    private final Queue<ByteBuffer> framed = new ConcurrentLinkedQueue<>();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicBoolean isSubscribed = new AtomicBoolean();
    private volatile Flow.Subscriber<? super ByteBuffer> subscriber;
    private volatile boolean isCancelled;
    private volatile boolean isEnded;
    private volatile Throwable breaking; // after what is framed, in place of a proper end
    private volatile boolean isBrokenOff; // in place of what is framed, too

    /**
     * A body with nothing in it yet.
     *
     * @param parts where parts are asked for; the first was
     * @param abandoned is called when the subscriber does not want the rest
     * @param givenOut is called when the subscriber is about to get its end
     */
    public PartsBody(
            CommandId id,
            ReplyHead head,
            ReplyForm form,
            Flow.Subscription parts,
            Runnable abandoned,
            Runnable givenOut) {
        this.id = id;
        this.head = head;
        this.framing = form.framing();
        this.parts = parts;
        this.abandoned = abandoned;
        this.givenOut = givenOut;
    }

    /** Takes the next DATA part. */
    public void take(Part part) {
        Optional<ByteBuffer> bytes = framing.data(streamed(part, part.sequence()));
        if (bytes.isPresent()) {
            framed.add(bytes.get());
            workOff();
        } else {
            parts.request(1); // it was asked for, and gives nothing to write
        }
    }

    /** Takes the terminal of a reply that completed. */
    public void complete(Part terminal) {
        framing.end(streamed(terminal, terminal.finalCount())).ifPresent(framed::add);
        isEnded = true;
        workOff();
    }

    /** Ends a reply that failed: in a record where the form has one, else so that nobody can take it for whole. */
    public void fail(CommandException failure) {
        Optional<ByteBuffer> record = framing.failure(Problem.of(failure, id));
        if (record.isPresent()) {
            framed.add(record.get());
        } else {
            breaking = failure;
        }
        isEnded = true;
        workOff();
    }

    /** Ends a reply at once, wherever it is, so that nobody can take it for whole; what is framed is not given out. From any thread. */
    public void breakOff(Throwable reason) {
        breaking = reason;
        isBrokenOff = true;
        workOff();
    }

    private StreamedPart streamed(Part part, long sequence) {
        return new StreamedPart(
                sequence, part.contentType().isEmpty() ? head.type() : part.contentType(), part.payload());
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> newSubscriber) {
        if (!isSubscribed.compareAndSet(false, true)) {
            newSubscriber.onSubscribe(new Asking(false));
            newSubscriber.onError(new IllegalStateException("a reply is written once"));
            return;
        }
        newSubscriber.onSubscribe(new Asking(true));
        subscriber = newSubscriber;
        workOff();
    }

    private void workOff() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        int found = 1;
        do {
            if (subscriber != null) {
                giveOut(subscriber);
            }
            found = work.addAndGet(-found);
        } while (found != 0);
    }

    private void giveOut(Flow.Subscriber<? super ByteBuffer> to) {
        while (!isCancelled) {
            if (isBrokenOff) {
                isCancelled = true;
                givenOut.run();
                to.onError(breaking);
                break;
            }
            boolean isLast = isEnded; // before the queue, or the last bytes are lost
            ByteBuffer next = framed.peek();
            if (next == null) {
                if (isLast) {
                    isCancelled = true;
                    end(to);
                }
                return;
            }
            if (demand.get() == 0) {
                return;
            }
            demand.updateAndGet(had -> had == Long.MAX_VALUE ? had : had - 1);
            framed.remove();
            to.onNext(next);
        }
        framed.clear();
    }

    private void end(Flow.Subscriber<? super ByteBuffer> to) {
        givenOut.run();
        if (breaking == null) {
            to.onComplete();
        } else {
            to.onError(breaking);
        }
    }

    /** What the subscriber asks by. */
    private final class Asking implements Flow.Subscription {
        private final boolean isReal;
        private final AtomicBoolean hasFirst = new AtomicBoolean();

        private Asking(boolean isReal) {
            this.isReal = isReal;
        }

        @Override
        public void request(long n) {
            if (!isReal || isCancelled || n <= 0) {
                return;
            }
            demand.accumulateAndGet(n, (had, more) -> had + more < 0 ? Long.MAX_VALUE : had + more);
            // The first part is here, or asked for, already.
            long more = hasFirst.compareAndSet(false, true) ? n - 1 : n;
            if (more > 0) {
                parts.request(more);
            }
            workOff();
        }

        @Override
        public void cancel() {
            if (isReal && !isCancelled) {
                isCancelled = true;
                abandoned.run();
                workOff();
            }
        }
    }
}
