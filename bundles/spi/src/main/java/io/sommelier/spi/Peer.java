package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Welcome;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** The controller's side of one channel. The transport calls it on the channel's delivering thread, one call at a time. No method blocks or throws. */
@ProviderType
public interface Peer {
    /** What to answer to the hello. */
    Welcome welcome();

    /**
     * Takes a command that the connector sends. The reply may begin, and even end, before this returns. What is wrong
     * with the command, such as an id that is still alive, fails it by the reply path: then the command that was there
     * first goes on, so a transport does not tell two commands of one id apart by the id alone.
     *
     * @param command its time to live is what remains now
     * @param initialCredit the credit that there is at first, in bytes as {@link io.sommelier.api.Part#cost} counts them; 0 or more
     * @param replyPath takes what comes back
     * @return the caller's hold on the command
     */
    Incoming command(Command command, long initialCredit, ReplyPath replyPath);

    /**
     * The connector serves these operations from now on, in place of those before; perhaps none. Without effect when it
     * only sends.
     */
    void operations(Set<String> operations);

    /**
     * The same where some operations go because what serves them is being replaced: commands for these may wait for a while, and do not fail at once. Told again it is for that while from then on.
     *
     * @param operations what is served from now on
     * @param replaced what is served no longer, and is expected back soon
     */
    default void operations(Set<String> operations, Set<String> replaced) {
        operations(operations);
    }

    /** The connector takes no new commands; those it has go on. */
    void draining();

    /**
     * The channel is gone. Called once, last: before it the transport has called {@link Outgoing#lost} for every command that the channel still had, and
     * {@link Incoming#callerGone} for every command that the connector had sent and that had not ended. A reply path may
     * still be called after it.
     *
     * @param goodbye the one that ended the channel, whichever end said it; {@link io.sommelier.api.CloseReason#LOST}
     *     where nobody said any
     */
    void closed(Goodbye goodbye);
}
