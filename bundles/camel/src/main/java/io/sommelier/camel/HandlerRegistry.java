package io.sommelier.camel;

import io.sommelier.api.CommandHandler;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where routes that serve commands register. Thread-safe; nothing here waits for commands.
 */
@ConsumerType
@FunctionalInterface
public interface HandlerRegistry {
    /**
     * Has the handler serve operations of a target from now on.
     *
     * @param targetId the target
     * @param operations what it serves, at least one
     * @param isDirect whether the handler runs on the thread that brings the command, and so never blocks
     * @param handler the handler
     * @return takes it away again: no new command comes then, those that it has go on. Called once
     */
    Runnable register(String targetId, Set<String> operations, boolean isDirect, CommandHandler handler);
}
