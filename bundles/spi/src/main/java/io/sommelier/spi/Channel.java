package io.sommelier.spi;

import io.sommelier.api.Goodbye;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The link to one connector, as the controller sees it. Implemented by a transport. Thread-safe; no method blocks.
 *
 * <p>A channel has one thread that delivers (an event loop): on it {@link Outgoing#claim}, {@link Outgoing#part}, {@link Outgoing#lost} and the methods of {@link Peer} are called,
 * one at a time. A channel without such a thread, inside one JVM, may call them from many; but for one command its calls come one at a time, none after a terminal,
 * {@code lost} or {@link #cancel}, and {@link Peer#closed} comes last. Commands leave in the order of the offers.
 *
 * <p>The methods here may be called by any thread, from inside a call of the channel to {@link Outgoing} or
 * {@link Peer} too, and {@code offer}, {@code probe}, {@code drain} and {@code close} even before {@link ChannelAcceptor#hello} has
 * completed.
 */
@ConsumerType
public interface Channel {
    /** The name of the transport, as {@link Transport#name}. */
    String transport();

    /** Where the peer is, for a person: {@code 127.0.0.1:52310}. */
    String remoteAddress();

    /**
     * Takes a command towards the connector into the bounded send queue.
     *
     * @return {@code false} when the queue is full or the channel closed; nothing was taken then. After {@code true} the channel owes the entry exactly one of: a terminal
     *     part, or {@link Outgoing#lost}, unless the entry refuses the claim or {@link #cancel} comes. An entry that
     *     was taken is never offered again.
     */
    boolean offer(Outgoing outgoing);

    /**
     * Passes credit, in bytes as {@link io.sommelier.api.Part#cost} counts them, on to the member that works on a claimed command; comes only after
     * {@link Outgoing#initialCredit} was asked for, which holds all credit before. Ignored when the command is not, or
     * no longer, there.
     *
     * @param bytes 0 or more; the sum of all credit is at most {@link Long#MAX_VALUE}
     */
    void credit(Outgoing outgoing, long bytes);

    /**
     * Tells the member that a claimed command has ended without it. The channel forgets the command; parts that still
     * come are dropped, and {@code lost} is not owed. It may come before the command is written: then it is not.
     * Ignored when the command is no longer there.
     *
     * @param reason one phrase for a person; may be empty
     */
    void cancel(Outgoing outgoing, String reason);

    /**
     * Asks the peer for a sign of life.
     *
     * @return completes, on any thread, when it came; fails with anything, or never completes, when it does not. The
     *     controller keeps the time limit
     */
    CompletionStage<Void> probe();

    /**
     * Takes no new commands in either direction, lets those end that are under way, and says goodbye behind them; {@link Peer#draining} comes soon, and {@link Peer#closed} at the
     * end. What the connector had sent before it heard of this is answered before the goodbye: taken, or refused, DRAINING and NOT_SENT. What no thread has claimed yet may be
     * given back by {@link Outgoing#lost}. There is no limit
     * of time: whoever has one calls {@link #close} when it is over. Ignored when the channel drains already, or is closed: the first goodbye counts.
     *
     * <p>A channel that cannot do this closes at once.
     */
    default void drain(Goodbye goodbye) {
        close(goodbye);
    }

    /** Whether the connector lives in this JVM, so that it has no other controller to go to, and ends with this one. */
    default boolean isLocal() {
        return false;
    }

    /** Says goodbye and closes, whatever is under way; {@link Peer#closed} follows, once there is a peer. The first goodbye counts. */
    void close(Goodbye goodbye);
}
