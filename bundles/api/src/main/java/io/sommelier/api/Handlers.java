package io.sommelier.api;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** The machinery behind the adapters of {@link CommandHandler}. */
final class Handlers {
    private Handlers() {}

    static void completeWith(Responder responder, Payload answer) {
        if (answer == null) {
            responder.fail(Part.failed(CommandError.of(
                            ErrorCode.BAD_REPLY, Outcome.EXECUTED, Stage.EXECUTION, "the handler answered null"))
                    .build());
        } else {
            responder.complete(answer);
        }
    }

    static void completeLater(Responder responder, CompletionStage<Payload> stage) {
        if (stage == null) {
            completeWith(responder, null);
            return;
        }
        if (stage instanceof Future<?> future) {
            responder.onCancel(() -> future.cancel(true));
        }
        stage.whenComplete((answer, failure) -> {
            if (failure == null) {
                completeWith(responder, answer);
            } else {
                responder.fail(Part.failed(errorOf(failure)).build());
            }
        });
    }

    /** The error of a failure that user code threw: its own, or EXECUTED with the exception's text. */
    static CommandError errorOf(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof CommandException known ? known.error() : CommandError.executed(cause.toString());
    }

    /** Pulls an iterator against credit. The responder never runs two onCredit tasks at once, and {@code running} keeps the first pull apart from them. */
    static final class IteratorHandler {
        private final Responder responder;
        private final Iterator<Payload> source;
        private final AtomicBoolean running = new AtomicBoolean();
        private volatile boolean again;
        private Payload held;
        private boolean ended;

        IteratorHandler(Responder responder, Iterator<Payload> source) {
            this.responder = responder;
            this.source = source;
        }

        void start() {
            if (source == null) {
                completeWith(responder, null);
                return;
            }
            responder.onCancel(this::pull);
            responder.onCredit(this::pull);
        }

        private void pull() {
            do {
                again = true;
                if (!running.compareAndSet(false, true)) {
                    return;
                }
                again = false;
                try {
                    if (!ended) {
                        pullWhileCredit();
                    }
                } finally {
                    running.set(false);
                }
            } while (again);
        }

        private void pullWhileCredit() {
            try {
                while (!responder.isEnded()) {
                    if (held == null) {
                        if (!source.hasNext()) {
                            end();
                            responder.complete(Payload.empty());
                            return;
                        }
                        held = source.next();
                    }
                    if (!responder.data(held)) {
                        return;
                    }
                    held = null;
                }
                end();
            } catch (RuntimeException failure) {
                end();
                responder.fail(Part.failed(errorOf(failure)).build());
            }
        }

        private void end() {
            ended = true;
            if (source instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception failure) {
                    responder.fail(Part.failed(errorOf(failure)).build());
                }
            }
        }
    }

    /** Passes a publisher's elements on; keeps at most one that found no credit, and asks for one element at a time. */
    static final class PublisherHandler implements Flow.Subscriber<Payload> {
        private final Responder responder;
        private final Queue<Payload> held = new ArrayDeque<>(1);
        private Flow.Subscription subscription;
        private boolean completed;

        PublisherHandler(Responder responder) {
            this.responder = responder;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            responder.onCancel(given::cancel);
            responder.onCredit(this::flush);
            given.request(1);
        }

        @Override
        public void onNext(Payload element) {
            boolean taken;
            synchronized (held) {
                taken = responder.data(element);
                if (!taken) {
                    held.add(element);
                }
            }
            if (taken) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            responder.fail(Part.failed(errorOf(failure)).build());
        }

        @Override
        public void onComplete() {
            synchronized (held) {
                completed = true;
                if (!held.isEmpty()) {
                    return;
                }
            }
            responder.complete(Payload.empty());
        }

        private void flush() {
            boolean end;
            synchronized (held) {
                Payload element = held.peek();
                if (element == null || !responder.data(element)) {
                    return;
                }
                held.remove();
                end = completed;
            }
            if (end) {
                responder.complete(Payload.empty());
            } else {
                subscription.request(1);
            }
        }
    }
}
