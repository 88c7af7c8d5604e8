package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps commands for members that are absent or elsewhere. Published as a service; the one of the highest
 * {@code service.ranking} is used. Thread-safe; no method blocks or throws.
 *
 * <p>The mailbox of a target and those of its instances are apart. Commands come out in the order of the puts, but for
 * those that went back. A command whose time to live is spent comes out to nobody, and the mailbox drops it without a
 * word: who waits for its reply keeps the time himself. There is no way to take a command out otherwise: one whose
 * caller gave it up still comes out, and is {@link Waiting#done} then.
 */
@ConsumerType
public interface Mailbox {
    /**
     * Puts a command into the mailbox of its target, or of the instance it names, and makes that mailbox if there is none.
     *
     * @param command what is to wait
     * @param origin who sent it, and how often it was tried
     * @param remainingNanos what is left of its time to live, more than 0; counts instead of {@link Command#ttl}
     * @return completes when the mailbox has it, on disk if the command is durable; fails with
     *     {@link io.sommelier.api.CommandException} when it could not be taken. The command may come out before this
     *     completes, but a durable one not before it is on disk: its coming out says as much
     */
    CompletionStage<Void> put(Command command, Origin origin, long remainingNanos);

    /**
     * Begins to take commands from a mailbox, which need not be there yet; nothing comes before {@link Intake#request}.
     * Several controllers may have the same mailbox open: each command comes out to one of them.
     *
     * @param address the target, or the instance, whose mailbox it is
     * @param listener takes the commands; called one at a time for this intake, on any thread
     */
    Intake open(Target address, Listener listener);

    /**
     * Where a waiting command comes from. Immutable.
     *
     * @param source the instance id of the connector that sent it, or empty
     * @param principal the name of who sent it, or empty
     * @param controllerId the controller that has its caller
     * @param attempt how often it was handed to a member, the coming time included; the mailbox gives it back as it was
     *     put
     */
    record Origin(String source, String principal, String controllerId, int attempt) {
        /** As given. */
        public Origin {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(principal, "principal");
            Objects.requireNonNull(controllerId, "controllerId");
        }
    }

    /** Takes what comes out. Called one at a time; does not block or throw. It may call the intake from inside. */
    @ProviderType
    interface Listener {
        /** A command came; it is kept in the mailbox until {@link Waiting#done}. */
        void waiting(Waiting waiting);
    }

    /** An open mailbox. Thread-safe. */
    @ConsumerType
    interface Intake {
        /**
         * Allows that many more commands to come: the only bound there is. A command that goes back does not give its
         * place back.
         *
         * @param commands 1 or more
         */
        void request(int commands);

        /**
         * Takes no more. A command that came and is neither done nor back stays taken until its {@link Waiting} says
         * which: a member may be at work on it. A call of the listener that has begun may still run. Idempotent; also
         * called after the service has gone.
         */
        void close();
    }

    /**
     * One command out of a mailbox. Thread-safe. The first of {@code done}, {@code back}, {@code retry} and {@code dead}
     * counts; later ones are ignored.
     */
    @ConsumerType
    interface Waiting {
        /** The command; its time to live is what remains now. */
        Command command();

        /** Where it comes from. */
        Origin origin();

        /** How long it has waited since it was put, in nanoseconds, on the clock of the mailbox. */
        long waitedNanos();

        /**
         * How often it came out of the mailbox, this time included, without having gone {@link #back}: above 1 somebody
         * had it, and then went away without a word. Counted before it is given out, and kept as long as the command.
         */
        int deliveries();

        /** It need not be kept any longer. */
        void done();

        /** It goes back, first in the mailbox. */
        void back();

        /**
         * It goes into the mailbox once more, last, as another attempt; in one step with leaving it as this one, so that
         * it is there exactly once whoever fails meanwhile. A mailbox that cannot do so, because it is full, gives this
         * attempt out once more.
         *
         * @param attempt what its {@link Origin} says then, 2 or more; the rest of it stays
         * @param delay how long it does not come out, 0 or more, less than what is left of its time to live
         */
        void retry(int attempt, Duration delay);

        /**
         * It is given up, and goes where an operator finds it, with its origin; in one step with leaving the mailbox. A
         * mailbox that cannot do so gives it out once more.
         *
         * @param why what became of it
         */
        void dead(CommandError why);
    }
}
