package io.sommelier.testkit;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import java.util.HashMap;
import java.util.Map;

/**
 * A member that a contract test wants. Immutable.
 *
 * @param targetId the target
 * @param instance the instance id
 * @param handlers the operations and what executes them
 * @param isDirect whether all handlers run on the thread that brings the command
 * @param capacity how many commands it takes at once
 * @param threads how many handlers run at once, where they are not direct
 * @param queueCapacity how many commands wait for a thread
 * @param credential what it shows
 */
public record MemberPlan(
        String targetId,
        String instance,
        Map<String, CommandHandler> handlers,
        boolean isDirect,
        int capacity,
        int threads,
        int queueCapacity,
        Credential credential) {

    /** Copies the map. */
    public MemberPlan {
        handlers = Map.copyOf(handlers);
    }

    /** A member that serves nothing yet, on an executor of 4 threads, with room for 2000 commands at once. */
    public static MemberPlan of(String targetId, String instance) {
        return new MemberPlan(targetId, instance, Map.of(), false, 2000, 4, 2000, Credential.NONE);
    }

    /** This plan with one operation more. */
    public MemberPlan serving(String operation, CommandHandler handler) {
        Map<String, CommandHandler> more = new HashMap<>(handlers);
        more.put(operation, handler);
        return new MemberPlan(targetId, instance, more, isDirect, capacity, threads, queueCapacity, credential);
    }

    /** This plan with direct handlers. */
    public MemberPlan direct() {
        return new MemberPlan(targetId, instance, handlers, true, capacity, threads, queueCapacity, credential);
    }

    /** This plan with another capacity. */
    public MemberPlan capacity(int commands) {
        return new MemberPlan(targetId, instance, handlers, isDirect, commands, threads, queueCapacity, credential);
    }

    /** This plan with another executor. */
    public MemberPlan executor(int handlerThreads, int waitingCommands) {
        return new MemberPlan(
                targetId, instance, handlers, isDirect, capacity, handlerThreads, waitingCommands, credential);
    }

    /** This plan with a credential. */
    public MemberPlan showing(Credential shown) {
        return new MemberPlan(targetId, instance, handlers, isDirect, capacity, threads, queueCapacity, shown);
    }
}
