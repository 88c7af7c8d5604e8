package io.sommelier.spi;

import org.osgi.annotation.versioning.ConsumerType;

/** Decides who may do what. Published as a service; every one there must agree. Thread-safe; called on I/O threads, so it must not block: decide from memory. */
@ConsumerType
public interface Authorizer {
    /** What somebody wants to do. */
    enum Action {
        /** Send a command of an operation to a target. */
        SEND,
        /** Serve an operation of a target as a member. */
        SERVE
    }

    /** Whether the principal may do this to this operation of this target. */
    boolean permits(Principal principal, Action action, String targetId, String operation);
}
