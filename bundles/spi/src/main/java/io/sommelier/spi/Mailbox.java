package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** Keeps commands for members that are absent or elsewhere. Published as a service. Thread-safe; no method blocks. */
@ConsumerType
public interface Mailbox {
    /**
     * Puts a command into the mailbox of its target, or of the instance it names, and makes that mailbox if there is none.
     *
     * @param command what is to wait
     * @param origin who sent it, and how often it was tried
     * @param remainingNanos what is left of its time to live
     * @return completes when the mailbox has it, on disk if it is durable; fails with {@link io.sommelier.api.CommandException} when it could not be taken
     */
    CompletionStage<Void> put(Command command, Origin origin, long remainingNanos);

    /**
     * Begins to take commands from a mailbox; nothing comes before {@link Intake#request}.
     *
     * @param address the target, or the instance, whose mailbox it is
     */
    Intake open(Target address, Listener listener);

    /**
     * Where a waiting command comes from. Immutable.
     *
     * @param source the instance id of the connector that sent it, or empty
     * @param principal the name of who sent it, or empty
     * @param controllerId the controller that has its caller
     * @param attempt how often it was handed to a member, the coming time included
     */
    record Origin(String source, String principal, String controllerId, int attempt) {}

    /** Takes what comes out. Called one at a time; must not block. */
    @ProviderType
    interface Listener {
        /** A command came; it is kept in the mailbox until {@link Waiting#done}. */
        void waiting(Waiting waiting);
    }

    /** An open mailbox. Thread-safe. */
    @ConsumerType
    interface Intake {
        /** Allows that many more commands to come: the only bound there is. */
        void request(int commands);

        /** Takes no more; commands that came and are not done go back. */
        void close();
    }

    /** One command out of a mailbox. Thread-safe. The first of {@code done} and {@code back} counts. */
    @ConsumerType
    interface Waiting {
        /** The command; its time to live is what remains now. */
        Command command();

        /** Where it comes from. */
        Origin origin();

        /** How long it waited, in nanoseconds, on the clock of the mailbox. */
        long waitedNanos();

        /** How often it came out of the mailbox, this time included. */
        int deliveries();

        /** It need not be kept any longer. */
        void done();

        /** It goes back, first in the mailbox. */
        void back();
    }
}
