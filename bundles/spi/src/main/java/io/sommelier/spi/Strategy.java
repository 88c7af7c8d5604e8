package io.sommelier.spi;

import io.sommelier.api.Command;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Picks the member that executes a command. Published as a service with the property {@link #NAME}. Stateless or thread-safe; called on I/O threads for every command, so
 * it neither blocks nor allocates, and its cost does not grow with the number of members.
 */
@ConsumerType
@FunctionalInterface
public interface Strategy {
    /** The service property that names the strategy, such as {@code least}. */
    String NAME = "sommelier.strategy";

    /**
     * Picks one of the members.
     *
     * @param members those that serve the operation; at least one
     * @param command what is to be executed
     * @return an index into the members, or -1 when none of them is available
     */
    int pick(Members members, Command command);

    /** The members that serve one operation; a snapshot of who they are, with live figures. Valid only during the call. */
    @org.osgi.annotation.versioning.ProviderType
    interface Members {
        /** How many there are. */
        int size();

        /** The instance id of a member. */
        String instance(int index);

        /** The commands that a member has now. */
        int inFlight(int index);

        /** Whether a member may be given a command now: healthy, not draining, with free capacity. */
        boolean isAvailable(int index);

        /** What a member says of itself under that name, or empty. */
        String attribute(int index, String name);
    }
}
