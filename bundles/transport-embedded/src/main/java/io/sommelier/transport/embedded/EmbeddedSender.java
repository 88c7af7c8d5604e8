package io.sommelier.transport.embedded;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.ReplyListener;
import java.time.Duration;

/**
 * Sends commands over the channel of a connector in this JVM. Thread-safe. A direct handler in the same JVM runs, and answers, before {@code send} returns. While there is no
 * controller, commands fail with {@link ErrorCode#CONTROLLER_GONE}, not sent.
 */
public final class EmbeddedSender implements CommandSender, AutoCloseable {
    private final Connector connector;
    private final EmbeddedTransport transport;

    EmbeddedSender(Connector connector, EmbeddedTransport transport) {
        this.connector = connector;
        this.transport = transport;
    }

    @Override
    public Call send(Command command) {
        return EmbeddedCall.send(connector, command);
    }

    @Override
    public Call send(Command command, ReplyListener listener) {
        return EmbeddedCall.send(connector, command, listener);
    }

    /** Ends its channel. Its calls end; commands under way are cancelled, but for durable ones that are on disk, which go on. */
    @Override
    public void close() {
        transport.remove(connector, Duration.ZERO);
    }

    Connector connector() {
        return connector;
    }

    @Override
    public String toString() {
        return "EmbeddedSender[" + connector + "]";
    }
}
