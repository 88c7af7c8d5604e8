package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.spi.Mailbox;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.api.core.ActiveMQException;

/** A command that came out of a mailbox. The methods of {@link Mailbox.Waiting} are thread-safe; all else belongs to the thread of its reader. */
final class HeldCommand implements Mailbox.Waiting {
    private final Reader reader;
    private final Reader.Delivery delivery;
    private final Command command;
    private final Mailbox.Origin origin;
    private final long waitedNanos;
    private final int deliveries;
    private final Counters counters;
    private final String queue;
    private final long deadlineNanos;
    private final AtomicBoolean ended = new AtomicBoolean();
    private MailboxIntake.Slot slot;
    private boolean isHanded;

    HeldCommand(
            Reader reader,
            Reader.Delivery delivery,
            MailboxIntake.Slot slot,
            Command command,
            Mailbox.Origin origin,
            long waitedNanos,
            int deliveries,
            String queue,
            Counters counters) {
        this.reader = reader;
        this.delivery = delivery;
        this.slot = slot;
        this.command = command;
        this.origin = origin;
        this.waitedNanos = waitedNanos;
        this.deliveries = deliveries;
        this.queue = queue;
        this.deadlineNanos = reader.nanos() + command.ttlNanos();
        this.counters = counters;
    }

    // ---- from any thread ----

    @Override
    public Command command() {
        return command.toBuilder()
                .remainingNanos(deadlineNanos - reader.nanos())
                .build();
    }

    @Override
    public Mailbox.Origin origin() {
        return origin;
    }

    @Override
    public long waitedNanos() {
        return waitedNanos;
    }

    @Override
    public int deliveries() {
        return deliveries;
    }

    @Override
    public void done() {
        if (ended.compareAndSet(false, true)) {
            counters.done.increment();
            counters.held.decrementAndGet();
            reader.submit(this::acknowledge);
        }
    }

    @Override
    public void back() {
        if (ended.compareAndSet(false, true)) {
            counters.back.increment();
            counters.held.decrementAndGet();
            reader.submit(this::giveBack);
        }
    }

    @Override
    public void retry(int attempt, Duration delay) {
        if (ended.compareAndSet(false, true)) {
            counters.retried.increment();
            counters.held.decrementAndGet();
            Mailbox.Origin next =
                    new Mailbox.Origin(origin.source(), origin.principal(), origin.controllerId(), attempt);
            Exchange.Replacement replacement = reader.retry(queue, command, next, deadlineNanos, delay.toNanos());
            reader.submit(() -> exchange(replacement));
        }
    }

    @Override
    public void dead(CommandError why) {
        if (ended.compareAndSet(false, true)) {
            counters.givenUp.increment();
            counters.held.decrementAndGet();
            Exchange.Replacement replacement = reader.burial(queue, command, origin, deadlineNanos, why);
            reader.submit(() -> exchange(replacement));
        }
    }

    /** Id, operation and target of the command. */
    @Override
    public String toString() {
        return "Waiting[" + command + ", delivery " + deliveries + "]";
    }

    // ---- the thread of the reader ----

    private void acknowledge() throws ActiveMQException {
        reader.rememberDone(delivery);
        if (slot == null) {
            reader.reattach(delivery); // it is not looked for any more
        } else {
            slot.acknowledge();
        }
    }

    private void giveBack() throws ActiveMQException {
        if (slot == null) {
            reader.reattach(delivery);
            reader.rememberNotBegun(delivery);
        } else {
            slot.giveBackAndGoOn();
        }
    }

    private void exchange(Exchange.Replacement replacement) throws ActiveMQException {
        if (slot == null) {
            reader.reattach(delivery);
            reader.rememberReplacement(delivery, replacement);
        } else {
            slot.exchange(delivery, replacement);
        }
    }

    /** The listener has it. */
    void handed() {
        isHanded = true;
    }

    boolean isHanded() {
        return isHanded;
    }

    Reader.Delivery delivery() {
        return delivery;
    }

    MailboxIntake.Slot slot() {
        return slot;
    }

    /** The connection is gone; the message will come again. */
    void detach() {
        slot = null;
        reader.detach(delivery, this);
    }

    /** The message came again. */
    void attach(MailboxIntake.Slot again) {
        slot = again;
        again.hold(this);
    }
}
