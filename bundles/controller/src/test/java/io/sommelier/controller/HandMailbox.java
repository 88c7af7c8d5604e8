package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** A mailbox in memory that notes what is asked of it, and stores at once or when the test says so. Thread-safe: one lock for all. */
final class HandMailbox implements Mailbox {
    private final LongSupplier clock;
    private final Map<Target, Deque<Letter>> boxes = new HashMap<>();
    private final List<HandIntake> intakes = new ArrayList<>();
    final List<Letter> puts = new ArrayList<>();
    boolean storesAtOnce = true;
    CommandException refusal;

    HandMailbox(LongSupplier clock) {
        this.clock = clock;
    }

    /** A command that waits, or did. */
    final class Letter {
        final Command command;
        final Origin origin;
        final CompletableFuture<Void> stored = new CompletableFuture<>();
        private final long putNanos = clock.getAsLong();
        private final long deadlineNanos;
        int deliveries;
        int done;
        int back;
        CommandError dead;
        Duration delay;

        Letter(Command command, Origin origin, long remainingNanos) {
            this.command = command;
            this.origin = origin;
            this.deadlineNanos = putNanos + remainingNanos;
        }

        long remainingNanos() {
            return deadlineNanos - clock.getAsLong();
        }

        void store() {
            synchronized (HandMailbox.this) {
                box(command.target()).add(this);
                stored.complete(null);
                deliver();
            }
        }

        /** Comes out before the one who put it has been told that it is stored. */
        void comeOutEarly() {
            synchronized (HandMailbox.this) {
                box(command.target()).add(this);
                deliver();
            }
        }

        /** Comes out once more, since who had it went away without a word. */
        void comeOutAgain() {
            synchronized (HandMailbox.this) {
                HandIntake intake = intake(command.target());
                intake.allowed++;
                box(command.target()).addFirst(this);
                intake.deliver();
            }
        }
    }

    @Override
    public CompletionStage<Void> put(Command command, Origin origin, long remainingNanos) {
        synchronized (HandMailbox.this) {
            if (refusal != null) {
                return CompletableFuture.failedStage(refusal);
            }
            Letter letter = new Letter(command, origin, remainingNanos);
            puts.add(letter);
            if (storesAtOnce) {
                letter.store();
            }
            return letter.stored;
        }
    }

    /** Has a command wait that another controller put there. */
    Letter putByAnother(Command command, int deliveriesBefore) {
        synchronized (HandMailbox.this) {
            Letter letter = new Letter(command, new Origin("elsewhere", "", "node-2", 1), command.ttlNanos());
            letter.deliveries = deliveriesBefore;
            letter.store();
            return letter;
        }
    }

    @Override
    public Intake open(Target address, Listener listener) {
        synchronized (HandMailbox.this) {
            HandIntake intake = new HandIntake(address, listener);
            intakes.add(intake);
            return intake;
        }
    }

    Deque<Letter> box(Target address) {
        synchronized (HandMailbox.this) {
            return boxes.computeIfAbsent(address, any -> new ArrayDeque<>());
        }
    }

    int waiting(String targetId) {
        synchronized (HandMailbox.this) {
            return box(Target.of(targetId)).size();
        }
    }

    /** The open intake of an address, or {@code null}. */
    HandIntake intake(Target address) {
        synchronized (HandMailbox.this) {
            return intakes.stream()
                    .filter(intake -> !intake.closed && intake.address.equals(address))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Gives out what was asked for. */
    private void deliver() {
        for (HandIntake intake : List.copyOf(intakes)) {
            intake.deliver();
        }
    }

    /** An open mailbox. */
    final class HandIntake implements Intake {
        final Target address;
        private final Listener listener;
        private boolean delivering;
        private int allowed;
        int requested;
        boolean closed;

        HandIntake(Target address, Listener listener) {
            this.address = address;
            this.listener = listener;
        }

        /** How many may still come. */
        int allowed() {
            synchronized (HandMailbox.this) {
                return allowed;
            }
        }

        @Override
        public void request(int commands) {
            synchronized (HandMailbox.this) {
                if (commands <= 0) {
                    throw new AssertionError("asks for " + commands);
                }
                requested += commands;
                allowed += commands;
                deliver();
            }
        }

        void deliver() {
            if (delivering) {
                return;
            }
            delivering = true;
            Deque<Letter> box = box(address);
            while (allowed > 0 && !closed && !box.isEmpty()) {
                allowed--;
                Letter letter = box.removeFirst();
                letter.deliveries++;
                Delivery delivery = new Delivery(letter);
                listener.waiting(delivery);
            }
            delivering = false;
        }

        @Override
        public void close() {
            synchronized (HandMailbox.this) {
                closed = true;
            }
        }
    }

    /** One command given out. */
    private final class Delivery implements Waiting {
        private final Letter letter;
        private boolean decided;

        Delivery(Letter letter) {
            this.letter = letter;
        }

        @Override
        public Command command() {
            return letter.command.toBuilder()
                    .remainingNanos(letter.remainingNanos())
                    .build();
        }

        @Override
        public Origin origin() {
            return letter.origin;
        }

        @Override
        public long waitedNanos() {
            return clock.getAsLong() - letter.putNanos;
        }

        @Override
        public int deliveries() {
            return letter.deliveries;
        }

        @Override
        public void done() {
            synchronized (HandMailbox.this) {
                if (decide()) {
                    letter.done++;
                }
            }
        }

        @Override
        public void back() {
            synchronized (HandMailbox.this) {
                if (decide()) {
                    letter.back++;
                    letter.deliveries--;
                    box(letter.command.target()).addFirst(letter);
                }
            }
        }

        @Override
        public void retry(int attempt, Duration delay) {
            synchronized (HandMailbox.this) {
                if (decide()) {
                    letter.done++;
                    letter.delay = delay;
                    Origin origin = letter.origin;
                    Letter next = new Letter(
                            letter.command,
                            new Origin(origin.source(), origin.principal(), origin.controllerId(), attempt),
                            letter.remainingNanos());
                    puts.add(next);
                    next.store();
                }
            }
        }

        @Override
        public void dead(CommandError why) {
            synchronized (HandMailbox.this) {
                if (decide()) {
                    letter.done++;
                    letter.dead = why;
                }
            }
        }

        private boolean decide() {
            boolean first = !decided;
            decided = true;
            return first;
        }
    }
}
