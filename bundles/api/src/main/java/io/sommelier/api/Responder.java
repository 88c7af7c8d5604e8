package io.sommelier.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a handler answers through. Thread-safe; no method blocks. The order of parts is that of the calls, so whoever
 * uses several threads must order them. Implemented by connectors and transports.
 *
 * <p>The first terminal wins; what is answered after the end (a terminal, the deadline, a cancel, a lost channel) is counted and dropped, never an error.
 */
@ProviderType
public interface Responder {
    /**
     * Says that the command was taken on, with headers and content type for the whole reply. Optional; counts as an answer: from now on a lost channel ends the
     * command with {@link Outcome#UNKNOWN}. A second one, or one after data, is dropped.
     *
     * @param accepted made by {@link Part#accepted}
     * @throws IllegalArgumentException when it is a part of another status
     */
    void accept(Part accepted);

    /**
     * Sends a piece of a streamed reply. It costs as much credit as {@link Part#cost} says; while some is left a part is
     * taken, whatever its size, and while none is left no part is, not even an empty one.
     *
     * @param data made by {@link Part#data}; its sequence is set here
     * @return {@code false} when there is no credit, and nothing was taken: try again from {@link #onCredit}. After the end {@code true} is returned, and the part is dropped.
     * @throws IllegalArgumentException when it is a part of another status
     */
    boolean data(Part data);

    /** {@link #data(Part)} with a payload alone. */
    default boolean data(Payload payload) {
        return data(Part.data(payload).build());
    }

    /**
     * Ends the reply with success; needs no credit.
     *
     * @param terminal made by {@link Part#complete}; its final count is set here
     * @throws IllegalArgumentException when it is a part of another status
     */
    void complete(Part terminal);

    /** {@link #complete(Part)} with a payload alone. */
    default void complete(Payload payload) {
        complete(Part.complete(payload).build());
    }

    /**
     * Ends the reply with failure; needs no credit.
     *
     * @param terminal made by {@link Part#failed}; its final count is set here, and its outcome becomes
     *     {@link Outcome#EXECUTED} unless it is {@link Outcome#REFUSED}
     * @throws IllegalArgumentException when it is a part of another status
     */
    void fail(Part terminal);

    /** Ends the reply with {@link CommandError#executed}. */
    default void fail(String message) {
        fail(Part.failed(CommandError.executed(message)).build());
    }

    /**
     * Has the task run as soon as there is credit, and again each time credit comes after {@link #data} said no. So it
     * runs for the first time, if credit is there already, without any {@code data} before: a handler that streams may
     * leave all sending to the task. It runs on the executor of the handler (the delivering thread for a direct one),
     * never two runs at a time; the first run may come inside this call, before it returns, or while {@code handle}
     * still runs on another thread. What it throws fails the command. Replaces the task set before.
     */
    void onCredit(Runnable task);

    /**
     * Has the task run once when the command ends without the handler: cancelled, expired, or its channel lost. Runs on
     * the thread that brought the news, so it must not block; at once on this thread if that has already happened.
     * Tasks add up, and run in the order in which they were set; none runs after a terminal of the handler.
     */
    void onCancel(Runnable task);

    /** Whether the command has ended, by the handler or without it: nothing that is answered now reaches anybody. */
    boolean isEnded();
}
