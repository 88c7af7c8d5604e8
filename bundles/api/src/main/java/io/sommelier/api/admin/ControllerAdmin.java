package io.sommelier.api.admin;

import io.sommelier.api.CommandId;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What an operator sees of a controller. Thread-safe. Each list is a snapshot taken while commands flow: its rows may be some commands apart. */
@ProviderType
public interface ControllerAdmin {
    /** The id of the controller. */
    String controllerId();

    /** How commands ended, by target, operation and end, since the controller started; only rows above zero. */
    List<OutcomeCount> outcomes();

    /**
     * How long commands took that a member had: for each target on which any was measured one row for all its operations together, then one for each of them; by target and
     * operation. Costs time with their number; ask for one target where that is enough. What never got as far as a member, as {@link #outcomes} shows, is not in it.
     */
    List<LatencyView> latencies();

    /** The rows of {@link #latencies()} of one target; none when it is not known. */
    List<LatencyView> latencies(String targetId);

    /** What is counted rather than logged, since a peer could bring it about as often as it likes; always the same rows, zeros included. */
    List<EventCount> events();

    /** The known targets with their members. */
    List<TargetView> targets();

    /** The channels that are up, those that only send included, by instance id. Costs time with the number of commands in flight: they are counted. */
    List<ChannelView> channels();

    /** The number of commands that have been submitted and have not ended. */
    long inFlight();

    /**
     * The commands that have been submitted and have not ended, the oldest first. Looks at all of them, whatever the limit.
     *
     * @param limit the most that are given; 1 or more
     * @throws IllegalArgumentException when the limit is below 1
     */
    List<CommandView> inFlight(int limit);

    /**
     * The command of that id and principal, while it has not ended; costs the same however many there are. A command that has ended is shown by whoever has its reply.
     *
     * @param principal the name of who sent it; empty for nobody in particular, which is everybody where there is no verifier
     */
    Optional<CommandView> command(String principal, CommandId id);

    /** The commands of that id that have not ended: an id is unique only together with its principal, so there may be one for each. */
    List<CommandView> commands(CommandId id);

    /**
     * Ends a command as {@link CommandState#CANCELLED}, in whatever state it is, with the outcome that is true in it. Its caller gets the terminal, and a member that may be at
     * work on it is told. It is not undone: one that was handed over may have been executed, and says so.
     *
     * @param principal as in {@link #command}
     * @param reason one phrase for the caller and the member; may be empty
     * @return whether this call ended it; {@code false} when there is none, or it has ended otherwise
     */
    boolean cancel(String principal, CommandId id, String reason);

    /** The payload and header bytes that live commands hold. */
    long bytesHeld();
}
