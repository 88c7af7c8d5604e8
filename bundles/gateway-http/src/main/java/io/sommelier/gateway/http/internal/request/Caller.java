package io.sommelier.gateway.http.internal.request;

import java.util.Objects;

/**
 * Who sends a request. Immutable.
 *
 * @param name the name; empty for nobody in particular
 * @param isOperator whether he sees and cancels the commands of others, and reads about the controller
 */
public record Caller(String name, boolean isOperator) {
    /** As given. */
    public Caller {
        Objects.requireNonNull(name, "name");
    }

    /** Whether a command of that caller is this one's business. */
    public boolean maySee(Caller sender) {
        return isOperator || name.equals(sender.name);
    }
}
