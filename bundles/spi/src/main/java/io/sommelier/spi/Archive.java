package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Keeps a record of commands and how they ended. Published as a service. Thread-safe; no method blocks. Secrets never reach it in the clear: it redacts what it keeps. */
@ConsumerType
public interface Archive {
    /**
     * Records that a command was taken in, where its target requires that before it is executed.
     *
     * @return completes when the record is on disk; fails with {@link io.sommelier.api.CommandException} when it cannot be
     */
    CompletionStage<Void> admitted(Command command, Mailbox.Origin origin);

    /** Records how a command ended: the terminal part, with its error if it failed. Best effort: an archive that falls behind sheds, and counts what it shed. */
    void ended(Command command, Mailbox.Origin origin, Part terminal);
}
