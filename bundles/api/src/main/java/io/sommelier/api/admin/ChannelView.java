package io.sommelier.api.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A channel that is up. Immutable.
 *
 * @param channelId its id, given by this controller: the same as long as the channel lives, and never given again while the controller runs
 * @param instance the instance id of the connector
 * @param targetId what the connector serves, or empty when it only sends
 * @param operations the operations that it serves, sorted
 * @param transport the name of the transport
 * @param remoteAddress where the connector is, for a person
 * @param principal the name of who it is, or empty
 * @param attributes what it says of itself
 * @param state whether it is given commands
 * @param age since its hello was taken
 * @param toConnector the commands that it was given and that have not ended
 * @param fromConnector the commands that it sent and that have not ended
 * @param capacity the commands that it takes at once at most
 * @param health how it says it is
 */
public record ChannelView(
        String channelId,
        String instance,
        String targetId,
        List<String> operations,
        String transport,
        String remoteAddress,
        String principal,
        Map<String, String> attributes,
        State state,
        Duration age,
        int toConnector,
        int fromConnector,
        int capacity,
        HealthView health) {
    /** Copies list and map. */
    public ChannelView {
        Objects.requireNonNull(channelId, "channelId");
        Objects.requireNonNull(instance, "instance");
        Objects.requireNonNull(targetId, "targetId");
        operations = List.copyOf(operations);
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(remoteAddress, "remoteAddress");
        Objects.requireNonNull(principal, "principal");
        attributes = Map.copyOf(attributes);
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(age, "age");
        Objects.requireNonNull(health, "health");
    }

    /** Whether a channel is given commands. Later versions may have more constants. */
    public enum State {
        /** It is given new commands, as far as it serves any, has room, and is not down. */
        ACTIVE,
        /** It finishes what it has, and is given nothing new. */
        DRAINING
    }
}
