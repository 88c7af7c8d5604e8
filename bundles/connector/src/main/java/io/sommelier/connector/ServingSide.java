package io.sommelier.connector;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.Outbox;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The commands that came over one channel, until they end. {@link #emit} and {@link #unanswered} are thread-safe; all else is confined to the loop. */
final class ServingSide {
    private final Link link;
    private final Outbox outbox;
    private final Supplier<Map<String, ServedOperation>> operations;
    private final ServingThreads threads;
    private final LongSupplier clock;
    private int live;

    /** Serves what {@code operations} gives at each command. */
    ServingSide(
            Link link,
            Outbox outbox,
            Supplier<Map<String, ServedOperation>> operations,
            ServingThreads threads,
            LongSupplier clock) {
        this.link = link;
        this.outbox = outbox;
        this.operations = operations;
        this.threads = threads;
        this.clock = clock;
    }

    // --- any thread -------------------------------------------------------------------------------------------

    void emit(InStream stream, Part part, boolean isCounted) {
        outbox.add(() -> {
            link.part(stream, part);
            if (isCounted && part.status().isTerminal()) {
                ended();
            }
        });
    }

    void unanswered(boolean isCounted) {
        if (isCounted) {
            outbox.add(this::ended);
        }
    }

    // --- the loop ---------------------------------------------------------------------------------------------

    void command(InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        ServedOperation operation = operations.get().get(command.operation());
        if (operation == null) {
            CommandError error = CommandError.of(
                    ErrorCode.UNKNOWN_OPERATION,
                    Outcome.REFUSED,
                    Stage.MEMBER_QUEUE,
                    "the connector does not serve " + command.operation());
            link.part(stream, Part.failed(error).build());
            return;
        }
        Invocation invocation = new Invocation(command, source, principal, attempt, clock);
        boolean isCounted = operation.place() != ServedOperation.Place.APART; // nobody waits for a check to end
        ServedCommand served = new ServedCommand(
                this, stream, operation.handler(), invocation, initialCredit, threads.of(operation), isCounted);
        stream.attachment(served);
        if (isCounted) {
            live++;
        }
        served.start();
    }

    void credit(InStream stream, long bytes) {
        ((ServedCommand) stream.attachment()).credit(bytes);
    }

    void cancelled(InStream stream) {
        ((ServedCommand) stream.attachment()).end();
    }

    /** Whether every command that came has ended, but for those by which the controller asks how it is. */
    boolean isIdle() {
        return live == 0;
    }

    private void ended() {
        live--;
    }
}
