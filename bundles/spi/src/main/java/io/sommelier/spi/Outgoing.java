package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A command on its way to a member: the controller's pending entry as the channel sees it. It is itself the node of the channel's {@link SendQueue}, so that queueing
 * allocates nothing.
 *
 * <p>What the channel does with it, on its delivering thread: takes it from the queue, {@link #claim}s it, writes {@link #command} with {@link #remainingNanos} and
 * {@link #initialCredit}, passes each {@link #part} that comes back, and after the terminal forgets it. If the channel goes first, it calls {@link #lost}.
 */
@ProviderType
public abstract class Outgoing extends SendNode {
    private Object channelState;

    /** For subclasses. */
    protected Outgoing() {}

    /** The command; only between a claim and the end. */
    public abstract Command command();

    /** What is left of the time to live, in nanoseconds, now. */
    public abstract long remainingNanos();

    /** The instance id of the caller's connector, or empty. */
    public abstract String source();

    /** The name of the principal that sent it, or empty. */
    public abstract String principal();

    /** How often the command was handed to a member, this time included. */
    public abstract int attempt();

    /**
     * Claims the command for writing. From {@code true} on nobody can say that it was not sent.
     *
     * @return {@code false} when it has ended meanwhile or its time is spent: then it is not written, and nothing more is owed
     */
    public abstract boolean claim();

    /** The payload bytes of DATA that the caller takes at first; asked for once, right after the claim. */
    public abstract long initialCredit();

    /**
     * Passes a part of the reply on. The first terminal ends the command.
     *
     * @return {@code false} when the command has ended already: the part was counted and dropped
     */
    public abstract boolean part(Part part);

    /** The channel went, or will not deliver this command: called at most once, instead of a terminal, claimed or not. */
    public abstract void lost();

    /** What the channel keeps with the entry, for its use alone and on its thread alone; {@code null} at first. */
    public final Object channelState() {
        return channelState;
    }

    /** Sets what the channel keeps with the entry. */
    public final void channelState(Object state) {
        channelState = state;
    }
}
