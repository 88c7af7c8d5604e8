package io.sommelier.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides who may do what. Published as a service; every one there must agree, and where there is none, everybody may.
 * Thread-safe; called on I/O threads, so it must not block or throw: decide from memory.
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
