package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.Mailbox;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Mailboxes as durable queues of an Artemis broker, over its core protocol. Thread-safe; no method blocks. It has two threads with a session each: one writes, one takes and
 * calls the listeners. Both open their session again whenever it is lost; intakes go on then, and commands that are worked on keep their acknowledgement.
 *
 * <p>{@link #put}
 *
 * <ul>
 *   <li>completes when the broker has the command; a durable one when it is on disk
 *   <li>fails with {@code MAILBOX_UNAVAILABLE} and {@code NOT_SENT} when no broker is there, or the mailbox is full
 *   <li>fails with {@code MAILBOX_UNAVAILABLE} and {@code UNKNOWN} when the connection was lost, or the limit passed, before the broker confirmed: the command may come out yet
 *   <li>fails with {@code OVERLOADED} and {@code NOT_SENT} when too many commands are on their way to the broker
 * </ul>
 *
 * <p>{@link Mailbox.Intake#close} gives back at once what no listener was given. What a listener was given stays with this process until it is done or back, since it may be
 * under work; when the process ends, it goes back and counts as delivered.
 *
 * <p>{@link #open} of an instance leaves nothing at the broker until a command is put for it, by whomever, and some time after the last one came; where the broker does not tell which queues are made, its mailbox is
 * made at once.
 */
public final class ArtemisMailbox implements Mailbox {
    private final Counters counters = new Counters();
    private final BrokerClock clock;
    private final PutWriter writer;
    private final Reader reader;

    /** A mailbox without a broker, on the system's monotonic clock. */
    public ArtemisMailbox(String name, MailboxSettings settings) {
        this(name, settings, System::nanoTime);
    }

    /**
     * A mailbox without a broker.
     *
     * @param name part of the names of its threads
     * @param nanoClock the monotonic clock in nanoseconds, for what commands have left; waits for the broker are real time
     */
    public ArtemisMailbox(String name, MailboxSettings settings, LongSupplier nanoClock) {
        this(name, settings, nanoClock, IdleTimes.DEFAULT);
    }

    ArtemisMailbox(String name, MailboxSettings settings, LongSupplier nanoClock, IdleTimes idleTimes) {
        clock = new BrokerClock(nanoClock);
        writer = new PutWriter("sommelier-" + name + "-mailbox-writer", settings, counters, nanoClock, idleTimes);
        reader = new Reader(
                "sommelier-" + name + "-mailbox-reader", settings, counters, clock, nanoClock, writer, idleTimes);
        writer.start();
        reader.start();
    }

    /** Uses a broker from now on; empty for none. What is open stays open. */
    public void broker(Optional<CoreAccess> present) {
        writer.access(present.orElse(null));
        reader.access(present.orElse(null));
    }

    /** Swaps the settings; what is under way goes on. */
    public void settings(MailboxSettings changed) {
        writer.settings(changed);
        reader.settings(changed);
    }

    @Override
    public CompletionStage<Void> put(Command command, Origin origin, long remainingNanos) {
        return writer.put(command, origin, remainingNanos);
    }

    @Override
    public Intake open(Target address, Listener listener) {
        return reader.open(address, listener);
    }

    /**
     * Whether another process, or another mailbox of this one, takes commands out of that mailbox: what is known of it, at most a second old. {@code false} at the first
     * question, which has it watched while it is asked about at least every 10 s; and of an instance while nothing was ever put for it, since nobody reads a mailbox that is not
     * there.
     */
    public boolean hasRemoteConsumers(Target address) {
        return reader.hasRemoteConsumers(address);
    }

    /** Whether commands can be put and taken now. */
    public boolean isUp() {
        return writer.isUp() && reader.isUp();
    }

    /** {@code UP}, or {@code DOWN} and why, for a person. */
    public String state() {
        if (isUp()) {
            return "UP";
        }
        return "DOWN: " + (writer.isUp() ? reader.problem() : writer.problem());
    }

    /** What it did and has. */
    public MailboxCounts counts() {
        return counters.snapshot(writer.onTheirWay(), clock.errorNanos());
    }

    /**
     * Stops for good: commands on their way are waited for within the put limit, what is held goes back.
     *
     * @return completes when both threads have ended
     */
    public CompletionStage<Void> stop() {
        CompletionStage<Void> readerEnded = reader.stop();
        return readerEnded.thenCombine(writer.stop(), (done, alsoDone) -> null);
    }
}
