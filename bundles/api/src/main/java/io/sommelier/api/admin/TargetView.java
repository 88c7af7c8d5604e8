package io.sommelier.api.admin;

import java.util.List;
import java.util.Objects;

/**
 * A known target. Immutable.
 *
 * @param targetId the target
 * @param members its members now
 */
public record TargetView(String targetId, List<MemberView> members) {
    /** Copies the list. */
    public TargetView {
        members = List.copyOf(members);
    }

    /**
     * A member. Immutable.
     *
     * @param instance its instance id
     * @param transport the name of the transport of its channel
     * @param remoteAddress where it is
     * @param operations what it serves, sorted
     * @param inFlight the commands it has now
     * @param capacity the commands it takes at most
     * @param available whether it is given new commands
     * @param health how it says it is
     */
    public record MemberView(
            String instance,
            String transport,
            String remoteAddress,
            List<String> operations,
            int inFlight,
            int capacity,
            boolean available,
            HealthView health) {
        /** Copies the list. */
        public MemberView {
            operations = List.copyOf(operations);
            Objects.requireNonNull(health, "health");
        }
    }
}
