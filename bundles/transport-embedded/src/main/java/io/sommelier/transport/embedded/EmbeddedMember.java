package io.sommelier.transport.embedded;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Welcome;
import io.sommelier.transport.embedded.MemberSpec.Operation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A member in this JVM. Lives until it is closed, with or without a controller. Thread-safe; no method blocks. */
public final class EmbeddedMember {
    private final Connector connector;
    private final EmbeddedTransport transport;
    private final EmbeddedSender sender;

    EmbeddedMember(Connector connector, EmbeddedTransport transport) {
        this.connector = connector;
        this.transport = transport;
        this.sender = new EmbeddedSender(connector, transport);
    }

    /**
     * Serves one operation more, or by another handler. Commands under way stay with the handler that they came to.
     *
     * @throws IllegalArgumentException when the name breaks the grammar, or there are too many
     */
    public void add(String operation, CommandHandler handler) {
        connector.add(operation, Operation.of(operation, handler, false));
    }

    /** The same with a handler that never blocks: it runs on the thread that brings the command. */
    public void addDirect(String operation, CommandHandler handler) {
        connector.add(operation, Operation.of(operation, handler, true));
    }

    /** Serves an operation no longer. Commands under way end as usual; new ones fail at once, where nobody else serves it. */
    public void remove(String operation) {
        connector.remove(operation);
    }

    /**
     * Serves an operation no longer, until it is added again, which is expected soon, since its handler is being replaced: new commands wait for that as long as the controller
     * holds them, those that no thread has begun are given back to it, and those that were begun may end.
     *
     * @param drain how long they may take; what then still runs is told that its command has ended
     * @return completes when no command is at the handler any more
     */
    public CompletionStage<Void> suspend(String operation, Duration drain) {
        return connector.suspend(operation, drain);
    }

    /**
     * Serves an operation by another handler from now on, and lets the one before go: what no thread has begun goes to the new one, and what was begun may end.
     *
     * @param drain how long that may take; what then still runs is told that its command has ended
     * @return completes when no command is at the handler before any more
     * @throws IllegalArgumentException when the name breaks the grammar, or there are too many
     */
    public CompletionStage<Void> replace(String operation, CommandHandler handler, Duration drain) {
        return connector.replace(operation, Operation.of(operation, handler, false), drain);
    }

    /** The same with a handler that never blocks: it runs on the thread that brings the command. */
    public CompletionStage<Void> replaceDirect(String operation, CommandHandler handler, Duration drain) {
        return connector.replace(operation, Operation.of(operation, handler, true), drain);
    }

    /** Sends commands over the channel of this member; their source is its instance id. */
    public CommandSender sender() {
        return sender;
    }

    /** What the controller said when it took the member in; empty while there is none, or it has refused it. */
    public Optional<Welcome> welcome() {
        return connector.welcome();
    }

    /** Why the member was refused, or its channel closed, the last time that happened. */
    public Optional<Goodbye> lastGoodbye() {
        return connector.lastGoodbye();
    }

    /**
     * Takes no new commands, lets those under way end, says goodbye, and gives up its threads.
     *
     * @param drain how long commands under way may take; what then still runs is told that its command has ended, and is interrupted
     * @return completes when all that is done
     */
    public CompletionStage<Void> close(Duration drain) {
        return transport.remove(connector, drain);
    }

    /** How many parts its handlers answered after their commands had ended. */
    long lateAnswers() {
        return connector.lateAnswers().sum();
    }

    /** See {@link Connector#cut}. */
    void cut() {
        connector.cut();
    }

    @Override
    public String toString() {
        return "EmbeddedMember[" + connector + "]";
    }
}
