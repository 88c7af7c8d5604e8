package io.sommelier.testkit;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.wire.LinkSettings;
import java.util.HashMap;
import java.util.Map;

/**
 * A member that a contract test wants. Immutable.
 *
 * @param targetId the target that it asks for
 * @param instance the instance id
 * @param handlers the operations and what executes them
 * @param attributes what it says of itself
 * @param isDirect whether all handlers run on the thread that brings the command
 * @param capacity how many commands it takes at once
 * @param threads how many handlers run at once, where they are not direct
 * @param queueCapacity how many commands wait for a thread
 * @param credential what it shows
 * @param link the limits of its end of the channel, where the transport has such limits
 */
public record MemberPlan(
        String targetId,
        String instance,
        Map<String, CommandHandler> handlers,
        Map<String, String> attributes,
        boolean isDirect,
        int capacity,
        int threads,
        int queueCapacity,
        Credential credential,
        LinkSettings link) {

    /** Copies the maps. */
    public MemberPlan {
        handlers = Map.copyOf(handlers);
        attributes = Map.copyOf(attributes);
    }

    /** A member that serves nothing yet, on an executor of 4 threads, with room for 2000 commands at once. */
    public static MemberPlan of(String targetId, String instance) {
        return new MemberPlan(
                targetId, instance, Map.of(), Map.of(), false, 2000, 4, 2000, Credential.NONE, LinkSettings.defaults());
    }

    /** This plan with one operation more. */
    public MemberPlan serving(String operation, CommandHandler handler) {
        Map<String, CommandHandler> more = new HashMap<>(handlers);
        more.put(operation, handler);
        return new MemberPlan(
                targetId, instance, more, attributes, isDirect, capacity, threads, queueCapacity, credential, link);
    }

    /** This plan with attributes. */
    public MemberPlan attributes(Map<String, String> values) {
        return new MemberPlan(
                targetId, instance, handlers, values, isDirect, capacity, threads, queueCapacity, credential, link);
    }

    /** This plan with direct handlers. */
    public MemberPlan direct() {
        return new MemberPlan(
                targetId, instance, handlers, attributes, true, capacity, threads, queueCapacity, credential, link);
    }

    /** This plan with another capacity. */
    public MemberPlan capacity(int commands) {
        return new MemberPlan(
                targetId, instance, handlers, attributes, isDirect, commands, threads, queueCapacity, credential, link);
    }

    /** This plan with another executor. */
    public MemberPlan executor(int handlerThreads, int waitingCommands) {
        return new MemberPlan(
                targetId,
                instance,
                handlers,
                attributes,
                isDirect,
                capacity,
                handlerThreads,
                waitingCommands,
                credential,
                link);
    }

    /** This plan with a credential. */
    public MemberPlan showing(Credential shown) {
        return new MemberPlan(
                targetId, instance, handlers, attributes, isDirect, capacity, threads, queueCapacity, shown, link);
    }

    /** This plan with other limits of its end of the channel. */
    public MemberPlan link(LinkSettings value) {
        return new MemberPlan(
                targetId,
                instance,
                handlers,
                attributes,
                isDirect,
                capacity,
                threads,
                queueCapacity,
                credential,
                value);
    }
}
