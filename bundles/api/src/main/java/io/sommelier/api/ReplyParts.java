package io.sommelier.api;

import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command and its reply as a publisher of parts, for one subscriber. Thread-safe; no method blocks.
 *
 * <p>The command is sent when the subscriber comes, before its {@code onSubscribe}. Then, as it demands them, come all
 * parts in order: ACCEPTED, if there is one, DATA and, as the last element, COMPLETE, with {@code onComplete} right
 * behind it. A command that fails ends with {@code onError} in place of the terminal, behind the parts that came before
 * it: a {@link CommandException} that has the FAILED part.
 *
 * <p>Demand becomes credit: each part that the subscriber took gives its {@linkplain Part#cost cost} back, so what is
 * held for it is never more than {@link CommandSender#INITIAL_CREDIT_BYTES} and the one part by which credit may be
 * exceeded. A subscriber that demands nothing stops the worker, and nobody else, until the time to live ends.
 *
 * <p>Signals come one at a time, on the thread that brought the part or on the one that demands, perhaps before
 * {@code request} returns, but never inside another signal. The subscriber must not block in them: it is often an I/O
 * thread. Cancelling the subscription cancels the call. What the subscriber throws cancels the call and is thrown on to
 * whoever brought the part. Demand that is not positive cancels the call and ends with {@code onError} of an
 * {@link IllegalArgumentException}. A second subscriber gets {@code onError} of an {@link IllegalStateException}.
 */
public final class ReplyParts implements Flow.Publisher<Part> {
    /** Credit is given back in pieces of this size, so that it costs little; the worker has the rest meanwhile. */
    private static final long CREDIT_STEP_BYTES = CommandSender.INITIAL_CREDIT_BYTES / 4;

    private final CommandSender sender;
    private final Command command;
    private final AtomicBoolean isSubscribed = new AtomicBoolean();
    private volatile Call call;

    /** The reply to this command, which is sent by this sender when a subscriber comes. */
    public ReplyParts(CommandSender sender, Command command) {
        this.sender = Objects.requireNonNull(sender, "sender");
        this.command = Objects.requireNonNull(command, "command");
    }

    /** What is sent. */
    public Command command() {
        return command;
    }

    /** The call; there from {@code onSubscribe} on, empty before and where sending it threw. */
    public Optional<Call> call() {
        return Optional.ofNullable(call);
    }

    /**
     * Sends the command, for the first subscriber.
     *
     * @throws NullPointerException when there is no subscriber
     */
    @Override
    public void subscribe(Flow.Subscriber<? super Part> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (isSubscribed.compareAndSet(false, true)) {
            new Delivery(subscriber).start();
        } else {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(new IllegalStateException("a reply has one subscriber, and there was one already"));
        }
    }

    /** What a second subscriber is given: it leaves the call of the first alone. */
    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long parts) {}

        @Override
        public void cancel() {}
    }

    /** Passes parts to the subscriber; {@link #work} orders the threads: who finds it zero works until it is zero again. */
    private final class Delivery implements Flow.Subscription, ReplyListener {
        private final Queue<Part> held = new ConcurrentLinkedQueue<>();
        private final AtomicLong demand = new AtomicLong();
        private final AtomicInteger work = new AtomicInteger(1);
        private volatile boolean isCancelled;
        private volatile RuntimeException refusal;

        // Confined to the one who works.
        private Flow.Subscriber<? super Part> subscriber;
        private long uncreditedBytes;

        private Delivery(Flow.Subscriber<? super Part> subscriber) {
            this.subscriber = subscriber;
        }

        private void start() {
            try {
                Call sent = sender.send(command, this);
                call = sent;
            } catch (RuntimeException failure) {
                refusal = failure;
            }
            introduce();
        }

        /** Parts that came already wait: {@link #work} has been this thread's from the beginning. */
        private void introduce() {
            try {
                subscriber.onSubscribe(this);
            } catch (Throwable failure) {
                abandon();
                throw failure;
            }
            workOff();
        }

        @Override
        public void part(Call bringing, Part part) {
            if (isCancelled) {
                return;
            }
            if (call == null) {
                call = bringing;
            }
            held.add(part);
            signal();
        }

        @Override
        public void request(long parts) {
            if (isCancelled) {
                return;
            }
            if (parts <= 0) {
                refusal = new IllegalArgumentException("demand of " + parts + " parts, allowed are 1 and more");
                cancelCall("the subscriber of the reply demanded " + parts + " parts");
            } else {
                demand.accumulateAndGet(parts, (had, more) -> had + more < 0 ? Long.MAX_VALUE : had + more);
            }
            signal();
        }

        @Override
        public void cancel() {
            if (!isCancelled) {
                giveUp("the subscriber of the reply cancelled");
                signal();
            }
        }

        private void giveUp(String reason) {
            isCancelled = true;
            cancelCall(reason);
        }

        private void cancelCall(String reason) {
            Call known = call;
            if (known != null) {
                known.cancel(reason);
            }
        }

        private void signal() {
            if (work.getAndIncrement() == 0) {
                workOff();
            }
        }

        private void workOff() {
            int found = 1;
            do {
                try {
                    if (subscriber != null) {
                        deliver();
                    }
                } catch (Throwable failure) {
                    abandon();
                    throw failure;
                }
                if (subscriber == null) {
                    held.clear();
                }
                found = work.addAndGet(-found);
            } while (found != 0);
        }

        /** After a throw: {@link #work} stays this thread's for ever, so nothing is delivered any more. */
        private void abandon() {
            subscriber = null;
            giveUp("the subscriber of the reply threw");
            held.clear();
        }

        private void deliver() {
            while (!isCancelled && refusal == null) {
                Part part = held.peek();
                if (part == null) {
                    return;
                }
                if (part.status() == PartStatus.FAILED) {
                    // a refusal cancels the call, so it is there before the FAILED part that it brings
                    RuntimeException refused = refusal;
                    end().onError(refused == null ? new CommandException(part) : refused);
                    return;
                }
                if (demand.get() == 0) {
                    return;
                }
                demand.updateAndGet(had -> had == Long.MAX_VALUE ? had : had - 1);
                held.remove();
                subscriber.onNext(part);
                if (part.status() == PartStatus.COMPLETE) {
                    Flow.Subscriber<? super Part> last = end();
                    if (!isCancelled) {
                        last.onComplete();
                    }
                    return;
                }
                giveBack(part.cost());
            }
            Flow.Subscriber<? super Part> last = end();
            if (!isCancelled) {
                last.onError(refusal);
            }
        }

        /** Lets go of the subscriber; nothing is delivered any more. */
        private Flow.Subscriber<? super Part> end() {
            Flow.Subscriber<? super Part> last = subscriber;
            subscriber = null;
            return last;
        }

        private void giveBack(long bytes) {
            uncreditedBytes += bytes;
            if (uncreditedBytes >= CREDIT_STEP_BYTES && !isCancelled) {
                long credit = uncreditedBytes;
                uncreditedBytes = 0;
                call.request(credit);
            }
        }
    }
}
