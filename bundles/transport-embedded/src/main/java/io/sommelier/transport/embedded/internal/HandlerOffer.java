package io.sommelier.transport.embedded.internal;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A handler as its service properties offer it. Immutable.
 *
 * @param target the target, from {@code sommelier.target}
 * @param operations what it serves, from {@code sommelier.operation}
 * @param isDirect whether it runs on the thread that brings the command, from {@code sommelier.execution}
 * @param ranking of two handlers of one bundle for one operation, the higher serves
 * @param handler the handler
 */
record HandlerOffer(String target, Set<String> operations, boolean isDirect, int ranking, CommandHandler handler) {
    static final String TARGET = "sommelier.target";
    static final String OPERATION = "sommelier.operation";
    static final String EXECUTION = "sommelier.execution";
    static final String DIRECT = "direct";
    static final String POOLED = "pooled";

    /** @throws IllegalArgumentException naming the property that is missing or wrong, and what is allowed */
    static HandlerOffer of(CommandHandler handler, Map<String, ?> properties) {
        if (!(properties.get(TARGET) instanceof String target)) {
            throw new IllegalArgumentException(TARGET + " = " + properties.get(TARGET) + " (allowed: one name)");
        }
        Set<String> operations = texts(properties.get(OPERATION));
        if (operations.isEmpty()) {
            throw new IllegalArgumentException(OPERATION + " is missing (allowed: one name or several)");
        }
        operations.forEach(operation -> Command.to(target, operation).build()); // checks the names
        Object execution = properties.get(EXECUTION);
        if (execution != null && !execution.equals(DIRECT) && !execution.equals(POOLED)) {
            throw new IllegalArgumentException(
                    EXECUTION + " = " + execution + " (allowed: " + DIRECT + ", " + POOLED + ")");
        }
        int ranking = properties.get("service.ranking") instanceof Integer number ? number : 0;
        return new HandlerOffer(target, operations, DIRECT.equals(execution), ranking, handler);
    }

    private static Set<String> texts(Object value) {
        Set<String> texts = new TreeSet<>();
        if (value instanceof String text) {
            texts.add(text);
        } else if (value instanceof Object[] several) {
            Arrays.stream(several).map(String::valueOf).forEach(texts::add);
        } else if (value instanceof Collection<?> several) {
            several.stream().map(String::valueOf).forEach(texts::add);
        }
        return texts;
    }
}
