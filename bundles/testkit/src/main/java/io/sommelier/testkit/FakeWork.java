package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Outgoing;
import java.util.Optional;

/** A command that a test took out of a {@link FakeChannel}, and answers by hand. Answers come from one thread; the rest is thread-safe. */
public final class FakeWork {
    private final FakeChannel channel;
    private final Outgoing outgoing;
    private final Command command;
    private final long remainingNanos;
    private final int attempt;
    private long sequence;
    private long creditBytes;
    private String cancelReason;

    FakeWork(FakeChannel channel, Outgoing outgoing) {
        this.channel = channel;
        this.outgoing = outgoing;
        this.command = outgoing.command();
        this.remainingNanos = outgoing.remainingNanos();
        this.attempt = outgoing.attempt();
        addCredit(outgoing.initialCredit());
    }

    /** The command. */
    public Command command() {
        return command;
    }

    /** What was left of its time when it was taken. */
    public long remainingNanos() {
        return remainingNanos;
    }

    /** Which attempt it is. */
    public int attempt() {
        return attempt;
    }

    /** The entry itself. */
    public Outgoing outgoing() {
        return outgoing;
    }

    /** The credit that came so far and was not used by {@link #data}. */
    public synchronized long creditBytes() {
        return creditBytes;
    }

    /** Why the controller gave the command up; empty when it did not. */
    public synchronized Optional<String> cancelReason() {
        return Optional.ofNullable(cancelReason);
    }

    /** Says that the command is taken on; see {@link Outgoing#part} for what is returned by this and the next ones. */
    public boolean accept() {
        return outgoing.part(Part.accepted().build());
    }

    /** Sends the next piece, whether there is credit or not. */
    public boolean data(String text) {
        Part part = Part.data(Payload.ofText(text)).sequence(sequence++).build();
        addCredit(-part.cost());
        return outgoing.part(part);
    }

    /** Ends it with success. */
    public boolean complete(String text) {
        channel.forget(outgoing);
        return outgoing.part(
                Part.complete(Payload.ofText(text)).finalCount(sequence).build());
    }

    /** Ends it with failure. */
    public boolean fail(CommandError error) {
        channel.forget(outgoing);
        return outgoing.part(Part.failed(error).finalCount(sequence).build());
    }

    synchronized void addCredit(long bytes) {
        long sum = creditBytes + bytes;
        creditBytes = bytes > 0 && sum < creditBytes ? Long.MAX_VALUE : sum;
    }

    synchronized void cancelled(String reason) {
        cancelReason = reason;
    }

    @Override
    public String toString() {
        return "FakeWork[" + command + "]";
    }
}
