package io.sommelier.spi;

import java.util.Set;

/**
 * Who somebody is, once that is proven. Immutable.
 *
 * @param name the name; empty for {@link #ANONYMOUS}
 * @param roles the roles
 */
public record Principal(String name, Set<String> roles) {
    /** Nobody in particular. */
    public static final Principal ANONYMOUS = new Principal("", Set.of());

    /** Copies the set. */
    public Principal {
        roles = Set.copyOf(roles);
    }
}
