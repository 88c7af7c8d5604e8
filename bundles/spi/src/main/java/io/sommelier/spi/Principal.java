package io.sommelier.spi;

import java.util.Objects;
import java.util.Set;

/**
 * Who somebody is, once that is proven. Immutable.
 *
 * @param name the name; empty for {@link #ANONYMOUS}
 * @param roles the roles, in no order; perhaps none
 */
public record Principal(String name, Set<String> roles) {
    /** Nobody in particular. */
    public static final Principal ANONYMOUS = new Principal("", Set.of());

    /** Copies the set. */
    public Principal {
        Objects.requireNonNull(name, "name");
        roles = Set.copyOf(roles);
    }
}
