package io.sommelier.api;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** The machinery behind the adapters of {@link CommandHandler}. */
final class Handlers {
    private Handlers() {}

    static void completeWith(Responder responder, Payload answer) {
        if (answer == null) {
            responder.fail(badReply("the handler answered null"));
        } else {
            responder.complete(answer);
        }
    }

    private static Part badReply(String message) {
        return Part.failed(CommandError.of(ErrorCode.BAD_REPLY, Outcome.EXECUTED, Stage.EXECUTION, message))
                .build();
    }

    static void completeLater(Responder responder, CompletionStage<Payload> stage) {
        if (stage == null) {
            completeWith(responder, null);
            return;
        }
        if (stage instanceof Future<?> future) {
            responder.onCancel(() -> cancel(future));
        }
        stage.whenComplete((answer, failure) -> {
            if (failure == null) {
                completeWith(responder, answer);
            } else {
                responder.fail(Part.failed(errorOf(failure)).build());
            }
        });
    }

    private static void cancel(Future<?> future) {
        try {
            future.cancel(true);
        } catch (UnsupportedOperationException readOnly) {
            // a minimal stage of a CompletableFuture is a Future, but cannot be cancelled: it is left alone
        }
    }

    /** The error of a failure that user code threw: its own, or EXECUTED with the exception's text. */
    static CommandError errorOf(Throwable failure) {
        Throwable cause = CommandException.unwrap(failure);
        return cause instanceof CommandException known ? known.error() : CommandError.executed(cause.toString());
    }

    static void publish(Responder responder, Flow.Publisher<Payload> publisher) {
        if (publisher == null) {
            completeWith(responder, null);
        } else {
            publisher.subscribe(new PublisherHandler(responder));
        }
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
            Part terminal;
            try {
                terminal = pullUntilStopped();
                if (terminal == null) {
                    return;
                }
            } catch (RuntimeException failure) {
                terminal = Part.failed(errorOf(failure)).build();
            } catch (Error failure) {
                close();
                throw failure; // fails the command, as what a handler throws
            }
            Part failedToClose = close();
            if (terminal.status() == PartStatus.COMPLETE && failedToClose != null) {
                terminal = failedToClose;
            }
            if (responder.isEnded()) {
                return;
            }
            if (terminal.status() == PartStatus.COMPLETE) {
                responder.complete(terminal);
            } else {
                responder.fail(terminal);
            }
        }

        /** The terminal, or {@code null} when there is no more credit. */
        private Part pullUntilStopped() {
            while (!responder.isEnded()) {
                if (held == null) {
                    if (!source.hasNext()) {
                        break;
                    }
                    held = source.next();
                    if (held == null) {
                        return badReply("the iterator gave null");
                    }
                }
                if (!responder.data(held)) {
                    return null;
                }
                held = null;
            }
            return Part.complete(Payload.empty()).build();
        }

        /** Closes the source, once; gives its failure, or {@code null}. */
        private Part close() {
            ended = true;
            held = null;
            if (source instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception failure) {
                    return Part.failed(errorOf(failure)).build();
                }
            }
            return null;
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
