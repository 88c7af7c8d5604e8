package io.sommelier.connector;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.wire.InStream;
import io.sommelier.wire.serving.Execution;
import io.sommelier.wire.serving.HandlerExecutor;

/** A command that came over the channel, at its handler. Thread-safe. */
final class ServedCommand extends Execution {
    private final ServingSide side;
    private final InStream stream;
    private final boolean isCounted;

    /** Not started; {@code executor} is {@code null} for a direct handler. What is not counted is not waited for when the connector drains. */
    ServedCommand(
            ServingSide side,
            InStream stream,
            CommandHandler handler,
            Invocation invocation,
            long initialCredit,
            HandlerExecutor executor,
            boolean isCounted) {
        super(handler, invocation, initialCredit, executor);
        this.side = side;
        this.stream = stream;
        this.isCounted = isCounted;
    }

    @Override
    protected void emit(Part part) {
        side.emit(stream, part, isCounted);
    }

    @Override
    protected void unanswered() {
        side.unanswered(isCounted);
    }
}
