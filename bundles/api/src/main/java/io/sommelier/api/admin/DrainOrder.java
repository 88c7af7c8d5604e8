package io.sommelier.api.admin;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How something is to be drained. Immutable.
 *
 * @param limit how long commands under way may take to end, 0 s to the {@code maxDrainLimit} of the controller; empty for its {@code drainLimit}
 * @param stayAway whether connectors are told to stay away; else they come back, here or elsewhere
 */
public record DrainOrder(Optional<Duration> limit, boolean stayAway) {
    private static final DrainOrder USUAL = new DrainOrder(Optional.empty(), false);

    /** Checks that the limit is not negative. */
    public DrainOrder {
        Objects.requireNonNull(limit, "limit");
        if (limit.isPresent() && limit.get().isNegative()) {
            throw new IllegalArgumentException("limit = " + limit.get() + " is negative");
        }
    }

    /** Within the limit that the controller has, and connectors come back. */
    public static DrainOrder usual() {
        return USUAL;
    }

    /** The same within that limit. */
    public DrainOrder within(Duration other) {
        return new DrainOrder(Optional.of(other), stayAway);
    }

    /** The same, but for whether connectors stay away. */
    public DrainOrder stayingAway(boolean other) {
        return new DrainOrder(limit, other);
    }
}
