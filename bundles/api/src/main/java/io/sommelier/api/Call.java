package io.sommelier.api;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** One command under way, as its sender sees it. Thread-safe. The stages complete on the thread that brought the news: do not block in what depends on them. */
@ProviderType
public interface Call {
    /** The id of the command. */
    CommandId id();

    /**
     * Tells that the controller took the command in; for a durable command, that it is on disk.
     *
     * <ul>
     *   <li>completes with {@code null} then, at the latest with the first part of the reply
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
     * Lets the worker send that many more payload bytes of DATA. A part is sent while credit is left, whatever its size, so the last one may exceed it.
     *
     * @throws IllegalArgumentException when {@code bytes} is not positive
     */
    void request(long bytes);

    /**
     * Gives the command up: unless it has ended, it ends now with {@link ErrorCode#CANCELLED}, and its worker is told.
     *
     * @param reason one phrase for a person
     */
    void cancel(String reason);
}
