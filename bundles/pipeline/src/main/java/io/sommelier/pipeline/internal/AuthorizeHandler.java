package io.sommelier.pipeline.internal;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Context;
import io.sommelier.spi.PipelineHandler;
import io.sommelier.spi.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Refuses a command that one of the authorizers does not permit, and every command while an authorizer is missing. Thread-safe; it keeps nothing of a command. */
public final class AuthorizeHandler implements PipelineHandler {
    private final Supplier<Authorizer.Required> required;
    private volatile Authorizer[] authorizers = {};
    private volatile boolean hadAuthorizer;

    /** @param required when there must be an authorizer, asked for each command */
    public AuthorizeHandler(Supplier<Authorizer.Required> required) {
        this.required = required;
    }

    @Override
    public CompletionStage<Void> down(Context context) {
        Command command = context.command();
        Principal principal = context.principal();
        String targetId = command.target().targetId();
        Authorizer[] asked = authorizers;
        if (asked.length == 0 && required.get().isMissing(false, hadAuthorizer)) {
            context.fail(new CommandError(
                    ErrorCode.FORBIDDEN,
                    Outcome.REFUSED,
                    true,
                    Stage.PIPELINE,
                    "nobody is here now to say who may send " + command.operation() + " to " + targetId));
            return NEXT;
        }
        for (Authorizer authorizer : asked) {
            if (!authorizer.permits(principal, Authorizer.Action.SEND, targetId, command.operation())) {
                context.fail(CommandError.of(
                        ErrorCode.FORBIDDEN,
                        Outcome.REFUSED,
                        Stage.PIPELINE,
                        "'" + principal.name() + "' may not send " + command.operation() + " to " + targetId));
                return NEXT;
            }
        }
        return NEXT;
    }

    /** Asks one more. */
    public synchronized void add(Authorizer authorizer) {
        List<Authorizer> changed = new ArrayList<>(List.of(authorizers));
        changed.add(authorizer);
        hadAuthorizer = true;
        authorizers = changed.toArray(Authorizer[]::new);
    }

    /** Asks this one no more; {@code false} when it was not asked. */
    public synchronized boolean remove(Authorizer authorizer) {
        List<Authorizer> changed = new ArrayList<>(List.of(authorizers));
        boolean found = changed.removeIf(there -> there == authorizer);
        authorizers = changed.toArray(Authorizer[]::new);
        return found;
    }
}
