package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A command on its way to a member: the controller's pending entry as the channel sees it. It is itself the node of the channel's {@link SendQueue}, so that queueing
 * allocates nothing.
 *
 * <p>What the channel does with it, on its delivering thread: takes it from the queue, {@link #claim}s it, writes {@link #command} with {@link #remainingNanos} and
 * {@link #initialCredit}, passes each {@link #part} that comes back, and after the terminal forgets it. If the channel
 * goes first, it refuses offers from then on, and calls {@link #lost}. No method blocks or throws.
 */
@ProviderType
public abstract class Outgoing extends SendNode {
    private Object channelState;

    /** For subclasses. */
    protected Outgoing() {}

    /**
     * The command, or {@code null} once it has ended. After a {@link #claim} that gave {@code true} it is there at
     * least until the channel passes the first part or calls {@link #lost}; before, or later, {@code null} must be
     * expected.
     */
    public abstract Command command();

    /**
     * What is left of the time to live, in nanoseconds, as the {@link #claim} found it, which is asked for right after it: the clock is not read once more.
     */
    public abstract long remainingNanos();

    /** The instance id of the caller's connector, or empty. */
    public abstract String source();

    /** The name of the principal that sent it, or empty. */
    public abstract String principal();

    /** How often the command was handed to a member, this time included; 1 for the first. */
    public abstract int attempt();

    /**
     * Claims the command for writing. From {@code true} on nobody can say that it was not sent.
     *
     * @return {@code false} when it has ended meanwhile or its time is spent: then it is not written, and nothing more is owed
     */
    public abstract boolean claim();

    /**
     * The credit that there is at first, in bytes as {@link Part#cost} counts them, 0 or more; asked for once, right after the claim. What
     * the caller gives later comes by {@link Channel#credit}, perhaps on another thread before this has returned.
     */
    public abstract long initialCredit();

    /**
     * Passes a part of the reply on. The first terminal ends the command. DATA is numbered already, from 0 without
     * gaps, and a COMPLETE tells the number of DATA: whoever answers for the member sees to both. The count of a FAILED
     * is set here.
     *
     * @return {@code false} when the command has ended already: the part was counted and dropped, and nothing more is
     *     owed; {@link Channel#cancel} was or will be called, unless the channel itself ended the command
     */
    public abstract boolean part(Part part);

    /**
     * The channel went, or will not deliver this command: called at most once, instead of a terminal, claimed or not.
     * The command may go to another member, perhaps before this returns, as another entry. One that was claimed may
     * have been executed: it goes on only if it is idempotent and had no part yet.
     */
    public abstract void lost();

    /**
     * Gives a command back that nobody has claimed, since the member will not begin it although its channel stays: it goes to another member, or waits, and that is no attempt. Called after
     * {@link Peer#operations} has said that the member does not serve it, on any thread.
     *
     * @return {@code false} when it was claimed, or has ended: then nothing was done. After {@code true} nothing more is owed
     */
    public boolean back() {
        return false;
    }

    /** What the channel keeps with the entry, for its use alone and on its thread alone; {@code null} at first. */
    public final Object channelState() {
        return channelState;
    }

    /** Sets what the channel keeps with the entry. */
    public final void channelState(Object state) {
        channelState = state;
    }
}
