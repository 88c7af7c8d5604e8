package io.sommelier.spi;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Carries notes between controllers that share mailboxes. Published as a service; the one of the highest {@code service.ranking} is used. Thread-safe; no method blocks or
 * throws.
 */
@ConsumerType
public interface ControllerLink {
    /**
     * Opens the line of a controller, and keeps it open through every loss of what is beneath it.
     *
     * @param controllerId whose line it is; of two controllers with one id, one gets no line, and an operator is told loudly
     * @param listener takes what comes, and may be called before this has returned
     */
    Line open(String controllerId, Listener listener);

    /**
     * One run of a controller, from its start to its end.
     *
     * @param controllerId its id
     * @param run tells this run from an earlier one of the same id
     */
    record Sender(String controllerId, long run) {
        /** As given. */
        public Sender {
            Objects.requireNonNull(controllerId, "controllerId");
        }

        /** {@code cellar-1#2f}. */
        @Override
        public String toString() {
            return controllerId + "#" + Long.toHexString(run);
        }
    }

    /** The line of one controller. Thread-safe. */
    @ConsumerType
    interface Line {
        /**
         * Sends a note. What is sent to one controller arrives in the order of the calls, though some of it may be lost, or come twice, when what is beneath is.
         *
         * <ul>
         *   <li>completes when the note will arrive unless what is beneath loses it
         *   <li>fails with {@code CONTROLLER_GONE} and {@code NOT_SENT} when that controller has not been there for a while: it will not arrive
         *   <li>fails with {@code OVERLOADED} and {@code NOT_SENT} when too much is on its way, here or there: it will not arrive
         *   <li>fails with {@code MAILBOX_UNAVAILABLE} and {@code UNKNOWN} when the time was over, or the line was closed: it may arrive
         * </ul>
         *
         * @return completes on any thread
         */
        CompletionStage<Void> send(String controllerId, Note note);

        /** Takes and sends nothing any more. Idempotent; also called after the service has gone. */
        void close();
    }

    /** Takes what comes over a line. No method blocks or throws. */
    @ProviderType
    interface Listener {
        /** A note came. Called one at a time. A note may come twice. */
        void note(Sender from, Note note);

        /** A run of a controller of which something was heard has ended, or was not there for a while. Not at the same time as {@link #up} and {@link #down}. */
        void gone(Sender sender);

        /** The line is there, for the first time or again: what was sent to it meanwhile may be lost. */
        void up();

        /** The line is not there. */
        void down();
    }
}
