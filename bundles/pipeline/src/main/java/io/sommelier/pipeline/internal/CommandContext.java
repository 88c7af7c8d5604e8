package io.sommelier.pipeline.internal;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.spi.Context;
import io.sommelier.spi.Principal;
import java.util.Objects;
import java.util.Optional;

/** What handlers see of a command. Confined to the handler that has it, and between handlers to the owner of the run. */
class CommandContext implements Context {
    /** An attribute and those kept before it. Immutable, so that a copy of the context may share them. */
    private record Attribute(String key, Object value, Attribute rest) {
        static Attribute find(Attribute first, String key) {
            Attribute at = first;
            while (at != null && !at.key.equals(key)) {
                at = at.rest;
            }
            return at;
        }

        static Attribute without(Attribute first, String key) {
            if (find(first, key) == null) {
                return first;
            }
            return first.key.equals(key) ? first.rest : new Attribute(first.key, first.value, without(first.rest, key));
        }
    }

    Command command;
    Part part;
    CommandError error;
    boolean goingUp;
    private final Principal principal;
    private final String source;
    private Attribute attributes;

    CommandContext(Command command, Principal principal, String source) {
        this.command = command;
        this.principal = principal;
        this.source = source;
    }

    /** A copy that goes up on its own with a failure. */
    CommandContext(CommandContext original, Part failed) {
        this(original.command, original.principal, original.source);
        attributes = original.attributes;
        part = failed;
        goingUp = true;
        error = failed.error().orElseThrow();
    }

    @Override
    public final Command command() {
        return command;
    }

    @Override
    public final void command(Command replacement) {
        if (goingUp) {
            throw new IllegalStateException("the command cannot be replaced on the way up");
        }
        if (!replacement.id().equals(command.id())) {
            throw new IllegalArgumentException(
                    "the id " + replacement.id() + " of the replacement is not " + command.id());
        }
        command = replacement;
    }

    @Override
    public final Optional<Part> part() {
        return Optional.ofNullable(part);
    }

    /** {@inheritDoc} Sequence and final count stay what they were: they are set by Sommelier, and a part that is built anew has none. */
    @Override
    public final void part(Part replacement) {
        if (part == null) {
            throw new IllegalStateException("there is no part on the way down");
        }
        PartStatus now = part.status();
        PartStatus then = replacement.status();
        boolean isAllowed = now.isTerminal() ? then.isTerminal() : then == now;
        if (!isAllowed || error != null && now == PartStatus.FAILED && then != PartStatus.FAILED) {
            throw new IllegalArgumentException("a part that is " + now + " cannot be replaced by one that is " + then);
        }
        boolean isNumbered = replacement.sequence() == part.sequence() && replacement.finalCount() == part.finalCount();
        part = isNumbered
                ? replacement
                : replacement.toBuilder()
                        .sequence(part.sequence())
                        .finalCount(part.finalCount())
                        .build();
    }

    @Override
    public final Principal principal() {
        return principal;
    }

    @Override
    public final String source() {
        return source;
    }

    @Override
    public final void fail(CommandError failure) {
        Objects.requireNonNull(failure, "failure");
        if (error == null) {
            error = failure;
        }
    }

    @Override
    public final Optional<CommandError> error() {
        return Optional.ofNullable(error);
    }

    @Override
    public final Object attribute(String key) {
        Attribute found = Attribute.find(attributes, key);
        return found == null ? null : found.value;
    }

    @Override
    public final void attribute(String key, Object value) {
        Attribute others = Attribute.without(attributes, key);
        attributes = value == null ? others : new Attribute(Objects.requireNonNull(key, "key"), value, others);
    }
}
