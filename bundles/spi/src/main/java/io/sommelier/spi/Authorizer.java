package io.sommelier.spi;

import java.util.Locale;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides who may do what. Published as a service; every one there must agree, and where there is none, {@link Required}
 * says what holds. Thread-safe; called on I/O threads, so it must not block or throw: decide from memory.
 *
 * <p>That an instance id belongs to one principal is seen to by the controller, not here.
 */
@ConsumerType
public interface Authorizer {
    /** What somebody wants to do. */
    enum Action {
        /** Send a command of an operation to a target. Asked in the pipeline, so not where there is none. */
        SEND,
        /**
         * Serve an operation of a target as a member. Asked for each operation of a hello; one that is denied refuses
         * the hello.
         */
        SERVE
    }

    /** When there must be an authorizer: where there is none then, nothing is permitted. */
    enum Required {
        /** Never: without one, everything is permitted. */
        NEVER,
        /** From the first one on that was here: while it is being updated is no time for strangers. */
        SEEN,
        /** Always, from the start on. */
        ALWAYS;

        private static final String KEY = "requireAuthorizer";

        /** Reads {@code requireAuthorizer}: {@code never}, {@code seen} or {@code always}; {@link #SEEN} where it is not set. */
        public static Required read(SettingsReader reader) {
            return valueOf(reader.choice(KEY, "seen", Set.of("never", "seen", "always"))
                    .toUpperCase(Locale.ROOT));
        }

        /**
         * Whether nothing is permitted for want of an authorizer.
         *
         * @param isHere whether there is one now
         * @param wasHere whether there was one before
         */
        public boolean isMissing(boolean isHere, boolean wasHere) {
            return !isHere && (this == ALWAYS || this == SEEN && wasHere);
        }
    }

    /**
     * Whether the principal may do this to this operation of this target.
     *
     * @param principal who it is; {@link Principal#ANONYMOUS} where nobody verifies
     * @param action what is to be done; deny one that is not known here
     * @param targetId the target
     * @param operation one operation
     */
    boolean permits(Principal principal, Action action, String targetId, String operation);
}
