package io.sommelier.testkit;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.spi.Archive;
import io.sommelier.spi.Mailbox;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** An archive in memory, which keeps who asked for what and how it ended, and neither headers nor payloads. Thread-safe. */
public final class MemoryArchive implements Archive {
    /**
     * One record.
     *
     * @param id the command
     * @param operation what was asked
     * @param principal who asked
     * @param end {@code ADMITTED}, {@code COMPLETED}, or the name of an {@link Outcome}
     */
    public record Entry(CommandId id, String operation, String principal, String end) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private volatile boolean isAvailable = true;

    /** Has it take records, or refuse those of admissions with ARCHIVE_UNAVAILABLE and shed the others. */
    public void available(boolean value) {
        isAvailable = value;
    }

    /** The records in the order in which they came. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    @Override
    public CompletionStage<Void> admitted(Command command, Mailbox.Origin origin) {
        if (!isAvailable) {
            return CompletableFuture.failedStage(new CommandException(CommandError.of(
                    ErrorCode.ARCHIVE_UNAVAILABLE,
                    Outcome.REFUSED,
                    Stage.PIPELINE,
                    "the test made the archive unavailable")));
        }
        entries.add(new Entry(command.id(), command.operation(), origin.principal(), "ADMITTED"));
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void ended(Command command, Mailbox.Origin origin, Part terminal) {
        if (isAvailable) {
            String end = terminal.error().map(error -> error.outcome().name()).orElse("COMPLETED");
            entries.add(new Entry(command.id(), command.operation(), origin.principal(), end));
        }
    }
}
