package io.sommelier.api;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One command under way, as its sender sees it. Thread-safe; no method blocks.
 *
 * <p>Every call ends, at the latest soon after its time to live is spent: no time limit is needed beside it. The stages
 * complete on the thread that brought the news: often an I/O thread, sometimes the one that calls {@code send} or
 * {@link #cancel}. Do not block in what depends on them. What depends on a stage directly gets the
 * {@link CommandException} itself; what depends on that, or joins, gets it as the cause of a
 * {@code CompletionException}, as the JDK has it. The stages are for waiting: completing or cancelling one as a future
 * says nothing to the command; use {@link #cancel}.
 */
@ProviderType
public interface Call {
    /** The id of the command. */
    CommandId id();

    /**
     * Tells that the controller took the command in.
     *
     * <ul>
     *   <li>completes, with nothing ({@code null}, since the type is {@code Void}), for a durable command as soon as it is on disk, and for one that has to wait in a mailbox as soon as it
     *       is there; for every other one, which goes straight to a member, with the first part of the reply: it is worth no message of its own
     *   <li>fails with {@link CommandException} when the command failed before
     * </ul>
     */
    CompletionStage<Void> admitted();

    /**
     * Tells how the command ended.
     *
     * <ul>
     *   <li>completes with the reply when it completed, after the listener, if there is one, has taken the terminal
     *   <li>fails with {@link CommandException} in every other case; its error says what is true of the command
     * </ul>
     */
    CompletionStage<Reply> result();

    /**
     * Lets the worker send DATA of that many bytes more, as {@link Part#cost} counts them: a small part, even an empty
     * one, counts as {@link Part#MIN_COST_BYTES}. A part is sent while credit is left, whatever its size, so the last
     * one may exceed it. Headers, ACCEPTED and the terminal cost nothing. Credit adds up to at most
     * {@link Long#MAX_VALUE}. Without effect after the end; not needed where no listener takes the parts.
     *
     * @param bytes 1 or more; the cost of the parts that were worked off, where the credit is to stay as large as it was
     * @throws IllegalArgumentException when {@code bytes} is not positive
     */
    void request(long bytes);

    /**
     * Gives the command up: unless it has ended, it ends now with {@link ErrorCode#CANCELLED}, and its worker is told.
     * The listener, if there is one, gets the FAILED part, perhaps before this returns. Without effect after the end.
     *
     * @param reason one phrase for a person; may be empty
     */
    void cancel(String reason);
}
