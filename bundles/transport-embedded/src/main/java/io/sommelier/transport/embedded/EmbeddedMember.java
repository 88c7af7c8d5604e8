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

    /** Serves an operation no longer. Commands under way end as usual. */
    public void remove(String operation) {
        connector.remove(operation);
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
