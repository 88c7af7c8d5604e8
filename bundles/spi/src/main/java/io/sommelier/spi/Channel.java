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
 */
@ConsumerType
public interface Channel {
    /** The name of the transport. */
    String transport();

    /** Where the peer is, for a person: {@code 127.0.0.1:52310}. */
    String remoteAddress();

    /**
     * Takes a command towards the connector into the bounded send queue.
     *
     * @return {@code false} when the queue is full or the channel closed; nothing was taken then. After {@code true} the channel owes the entry exactly one of: a terminal
     *     part, or {@link Outgoing#lost}, unless the entry refuses the claim.
     */
    boolean offer(Outgoing outgoing);

    /** Passes credit, in payload bytes of DATA, on to the member that works on a claimed command. Ignored when the command is not, or no longer, there. */
    void credit(Outgoing outgoing, long bytes);

    /** Tells the member that a claimed command has ended without it. The channel forgets the command; parts that still come are dropped, and {@code lost} is not owed. */
    void cancel(Outgoing outgoing, String reason);

    /**
     * Asks the peer for a sign of life.
     *
     * @return completes when it came; fails, or never completes, when it does not
     */
    CompletionStage<Void> probe();

    /** Says goodbye and closes; {@link Peer#closed} follows. Idempotent. */
    void close(Goodbye goodbye);
}
