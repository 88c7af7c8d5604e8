package io.sommelier.spi;

import io.sommelier.api.Command;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Picks the member that executes a command. Published as a service with the property {@link #NAME}; it is used where
 * the settings name it. Does not throw. Stateless or thread-safe; called on I/O threads for every command, so it
 * neither blocks nor allocates, and its cost does not grow with the number of members.
 */
@ConsumerType
@FunctionalInterface
public interface Strategy {
    /** The service property that names the strategy, such as {@code least}. */
    String NAME = "sommelier.strategy";

    /**
     * Picks one of the members. Not asked for a command that names an instance. If the one picked turns out to be full
     * or going, the strategy is asked again, a few times, with the members without it.
     *
     * @param members those that serve the operation; at least one
     * @param command what is to be executed
     * @return an index into the members, or -1 when it found none that is available: then the command is refused as
     *     overloaded, or goes back to its mailbox, even if one was free that it did not look at
     */
    int pick(Members members, Command command);

    /** The members that serve one operation; a snapshot of who they are, with live figures. Valid only during the call. */
    @ProviderType
    interface Members {
        /** How many there are. */
        int size();

        /** The instance id of a member. */
        String instance(int index);

        /** The commands that a member has now, those on their way to it included. */
        int inFlight(int index);

        /** Whether a member may be given a command now: healthy, not draining, with free capacity. */
        boolean isAvailable(int index);

        /** What a member says of itself under that name, or empty. */
        String attribute(int index, String name);
    }
}
