package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Mailboxes in memory, on a clock of their own. Thread-safe. Spent commands come out too, with nothing left of their time, so that whoever takes them can say so. A delayed
 * attempt comes out at the first call after its time, or at {@link #look}.
 */
public final class MemoryMailbox implements Mailbox {
    private final LongSupplier nanoClock;
    private final Executor deliveries;

    // Under the lock of this.
    private final Map<Target, Box> boxes = new HashMap<>();
    private final List<Dead> dead = new ArrayList<>();
    private boolean isAvailable = true;

    /** A command that was given up, where it came from, and why. */
    public record Dead(Command command, Origin origin, CommandError why) {}

    /** Empty mailboxes, whose commands come out on the thread that puts one in, requests or gives it back: before that call returns. */
    public MemoryMailbox(LongSupplier nanoClock) {
        this(nanoClock, Runnable::run);
    }

    /**
     * Empty mailboxes.
     *
     * @param nanoClock by which the time in them is measured
     * @param deliveries where commands come out
     */
    public MemoryMailbox(LongSupplier nanoClock, Executor deliveries) {
        this.nanoClock = nanoClock;
        this.deliveries = deliveries;
    }

    /** Has it take commands, or refuse them with MAILBOX_UNAVAILABLE. */
    public synchronized void available(boolean value) {
        isAvailable = value;
    }

    /** How many commands are in a mailbox: those that wait, and those that came out and are not done. */
    public synchronized int size(Target address) {
        Box box = boxes.get(address);
        return box == null ? 0 : box.waiting.size() + box.out;
    }

    /** What was given up, in order. */
    public synchronized List<Dead> dead() {
        return List.copyOf(dead);
    }

    /** Gives out what has become due since the last call. */
    public void look() {
        List<Box> all;
        synchronized (this) {
            all = List.copyOf(boxes.values());
        }
        all.forEach(box -> deliveries.execute(() -> deliver(box)));
    }

    @Override
    public CompletionStage<Void> put(Command command, Origin origin, long remainingNanos) {
        Box box;
        synchronized (this) {
            if (!isAvailable) {
                return CompletableFuture.failedStage(new CommandException(CommandError.of(
                        ErrorCode.MAILBOX_UNAVAILABLE,
                        Outcome.NOT_SENT,
                        Stage.MAILBOX,
                        "the test made the mailbox unavailable")));
            }
            box = box(command.target());
            box.waiting.addLast(new Entry(box, command, origin, remainingNanos, 0, nanoClock.getAsLong()));
        }
        deliveries.execute(() -> deliver(box));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public Intake open(Target address, Listener listener) {
        synchronized (this) {
            Box box = box(address);
            Opened intake = new Opened(box, listener);
            box.intakes.add(intake);
            return intake;
        }
    }

    private Box box(Target address) {
        return boxes.computeIfAbsent(address, Box::new);
    }

    /** Hands out what waits, as far as it is asked for. One thread at a time does so for each mailbox; what it is given meanwhile, it hands out too. */
    private void deliver(Box box) {
        while (true) {
            Entry entry;
            Opened intake;
            synchronized (this) {
                intake = box.isDelivering ? null : box.nextIntake();
                entry = intake == null ? null : box.nextDue(nanoClock.getAsLong());
                if (entry == null) {
                    return;
                }
                box.isDelivering = true;
                box.out++;
                intake.requested--;
                entry.out(nanoClock.getAsLong());
            }
            try {
                intake.listener.waiting(entry);
            } finally {
                synchronized (this) {
                    box.isDelivering = false;
                }
            }
        }
    }

    /** One mailbox; under the lock of all. */
    private static final class Box {
        final Target address;
        final Deque<Entry> waiting = new ArrayDeque<>();
        final List<Opened> intakes = new ArrayList<>();
        int out;
        boolean isDelivering;

        Box(Target address) {
            this.address = address;
        }

        /** The first whose delay is over, or {@code null}. */
        Entry nextDue(long nowNanos) {
            for (Entry entry : waiting) {
                if (nowNanos - entry.dueNanos >= 0) {
                    waiting.remove(entry);
                    return entry;
                }
            }
            return null;
        }

        /** The intakes take turns. */
        Opened nextIntake() {
            for (int i = 0; i < intakes.size(); i++) {
                Opened intake = intakes.remove(0);
                intakes.add(intake);
                if (intake.requested > 0) {
                    return intake;
                }
            }
            return null;
        }
    }

    private final class Opened implements Intake {
        final Box box;
        final Listener listener;
        int requested;

        Opened(Box box, Listener listener) {
            this.box = box;
            this.listener = Objects.requireNonNull(listener, "listener");
        }

        @Override
        public void request(int commands) {
            synchronized (MemoryMailbox.this) {
                requested += commands;
            }
            deliveries.execute(() -> deliver(box));
        }

        @Override
        public void close() {
            synchronized (MemoryMailbox.this) {
                box.intakes.remove(this);
                requested = 0;
            }
        }

        @Override
        public String toString() {
            return "Intake[" + box.address + "]";
        }
    }

    private final class Entry implements Waiting {
        private final Box box;
        private final Command command;
        private final Origin origin;
        private final long deadlineNanos;
        private final long putNanos;
        private final long dueNanos;
        private long outNanos;
        private int deliveries;
        private boolean isOut;

        Entry(Box box, Command command, Origin origin, long remainingNanos, long delayNanos, long nowNanos) {
            this.box = box;
            this.command = command;
            this.origin = origin;
            this.putNanos = nowNanos;
            this.dueNanos = nowNanos + delayNanos;
            this.deadlineNanos = nowNanos + remainingNanos;
        }

        void out(long nowNanos) {
            isOut = true;
            outNanos = nowNanos;
            deliveries++;
        }

        @Override
        public Command command() {
            return command.toBuilder()
                    .remainingNanos(deadlineNanos - nanoClock.getAsLong())
                    .build();
        }

        @Override
        public Origin origin() {
            return origin;
        }

        @Override
        public long waitedNanos() {
            return outNanos - putNanos;
        }

        @Override
        public int deliveries() {
            return deliveries;
        }

        @Override
        public void done() {
            leave();
        }

        @Override
        public void back() {
            if (leave()) {
                synchronized (MemoryMailbox.this) {
                    deliveries--;
                    box.waiting.addFirst(this);
                }
                MemoryMailbox.this.deliveries.execute(() -> deliver(box));
            }
        }

        @Override
        public void retry(int attempt, Duration delay) {
            if (leave()) {
                synchronized (MemoryMailbox.this) {
                    long now = nanoClock.getAsLong();
                    Origin next = new Origin(origin.source(), origin.principal(), origin.controllerId(), attempt);
                    box.waiting.addLast(new Entry(box, command, next, deadlineNanos - now, delay.toNanos(), now));
                }
                MemoryMailbox.this.deliveries.execute(() -> deliver(box));
            }
        }

        @Override
        public void dead(CommandError why) {
            if (leave()) {
                synchronized (MemoryMailbox.this) {
                    dead.add(new Dead(command, origin, why));
                }
            }
        }

        private boolean leave() {
            synchronized (MemoryMailbox.this) {
                if (!isOut) {
                    return false;
                }
                isOut = false;
                box.out--;
                return true;
            }
        }
    }
}
