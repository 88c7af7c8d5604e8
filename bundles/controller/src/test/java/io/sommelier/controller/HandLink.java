package io.sommelier.controller;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A link between controllers of one test: notes arrive at once, in order, unless the test keeps, drops or doubles them. Thread-safe: one lock for all. */
final class HandLink implements ControllerLink {
    private final Map<String, Listener> listeners = new HashMap<>();
    private final Map<String, Long> runs = new HashMap<>();
    private final Deque<Runnable> under = new ArrayDeque<>();
    final List<Note> notes = new ArrayList<>();
    private boolean delivers;
    private boolean keeps;
    Predicate<Note> drops = note -> false;
    Predicate<Note> fails = note -> false;
    boolean doubles;

    @Override
    public Line open(String controllerId, Listener listener) {
        synchronized (this) {
            listeners.put(controllerId, listener);
            runs.merge(controllerId, 1L, Long::sum);
        }
        listener.up();
        return new HandLine(controllerId);
    }

    Sender sender(String controllerId) {
        return new Sender(controllerId, runs.get(controllerId));
    }

    /** Keeps what is sent until {@link #letGo}. */
    synchronized void keep() {
        keeps = true;
    }

    synchronized void letGo() {
        keeps = false;
        deliver();
    }

    /** A controller dies: nothing reaches it any more, and after a while the others know. */
    synchronized void kill(String controllerId) {
        listeners.remove(controllerId);
        for (Listener other : List.copyOf(listeners.values())) {
            other.gone(sender(controllerId));
        }
    }

    /** The line of one is interrupted, and notes may be lost. */
    synchronized void interrupt(String controllerId) {
        listeners.get(controllerId).down();
        listeners.get(controllerId).up();
    }

    /** As if somebody had sent that. */
    synchronized void bring(Sender from, String to, Note note) {
        listeners.get(to).note(from, note);
    }

    <T extends Note> List<T> all(Class<T> type) {
        synchronized (this) {
            return notes.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    private void deliver() {
        if (delivers || keeps) {
            return;
        }
        delivers = true;
        try {
            for (Runnable next = under.poll(); next != null && !keeps; next = under.poll()) {
                next.run();
            }
        } finally {
            delivers = false;
        }
    }

    private static CommandException failure(ErrorCode code) {
        return new CommandException(CommandError.of(code, Outcome.NOT_SENT, Stage.MAILBOX, "by hand"));
    }

    private final class HandLine implements Line {
        private final String id;

        HandLine(String id) {
            this.id = id;
        }

        @Override
        public CompletionStage<Void> send(String controllerId, Note note) {
            CompletableFuture<Void> sent = new CompletableFuture<>();
            synchronized (HandLink.this) {
                Sender from = sender(id);
                notes.add(note);
                under.add(() -> arrive(from, controllerId, note, sent));
                deliver();
            }
            return sent;
        }

        private void arrive(Sender from, String controllerId, Note note, CompletableFuture<Void> sent) {
            Listener to = listeners.get(controllerId);
            if (fails.test(note)) {
                sent.completeExceptionally(failure(ErrorCode.OVERLOADED));
            } else if (to == null) {
                sent.completeExceptionally(failure(ErrorCode.CONTROLLER_GONE));
            } else {
                if (!drops.test(note)) {
                    to.note(from, note);
                    if (doubles) {
                        to.note(from, note);
                    }
                }
                sent.complete(null);
            }
        }

        @Override
        public void close() {
            synchronized (HandLink.this) {
                listeners.remove(id);
            }
        }
    }
}
