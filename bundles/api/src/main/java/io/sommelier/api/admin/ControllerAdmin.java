package io.sommelier.api.admin;

import io.sommelier.api.CommandId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** What an operator sees of a controller, and does to it. Thread-safe. Each list is a snapshot taken while commands flow: its rows may be some commands apart. */
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

    /**
     * Drains a channel: its connector is given no new commands and sends none, those under way in both directions may end within the limit, then goodbye is said. Commands that
     * it has not begun go to another member. At the limit those that are idempotent, and of which nothing has come back, do so too; the others end with what is true of them,
     * and their callers are told before the channel closes. Does not block. A channel that drains already is not drained anew: whoever has the shorter limit ends it, and the
     * goodbye is that of the first.
     *
     * @param channelId as {@link ChannelView#channelId}
     * @return empty when there is no such channel. Else completes with the report when the channel is gone, soon after the limit at the latest, on a thread that must not be
     *     blocked; never fails
     * @throws IllegalArgumentException when the limit is above what the controller permits
     * @throws IllegalStateException when a connector in the JVM of the controller is to stay away, which has nowhere to go; or when as many drains are under way as may be
     */
    Optional<CompletionStage<DrainReport>> drainChannel(String channelId, DrainOrder order);

    /**
     * Drains the channels of all members that the target has here now, as {@link #drainChannel} does, at once. Commands for the target wait for its members to come back, as long
     * as the controller waits for one that went in good order, and go on then. Who comes meanwhile is a member as ever.
     *
     * @return empty when the target is not known; else as of {@link #drainChannel}, when all of the channels are gone
     * @throws IllegalArgumentException as {@link #drainChannel}
     * @throws IllegalStateException as {@link #drainChannel}; nothing is drained then
     */
    Optional<CompletionStage<DrainReport>> drainTarget(String targetId, DrainOrder order);

    /**
     * Drains the controller: new commands are refused, DRAINING and NOT_SENT, and so are new connectors; what is under way may end within the limit, the rest ends with what is
     * true of it; connectors that only send are told at once to go elsewhere, members when nothing waits for one any more. Those in the JVM of the controller keep their channels.
     * It stays so until {@link #resume}.
     *
     * @return completes with the report when nothing is under way any more and the other connectors are gone, soon after the limit at the latest, on a thread that must not be blocked; never fails
     * @throws IllegalArgumentException when the limit is above what the controller permits
     * @throws IllegalStateException when as many drains are under way as may be
     */
    CompletionStage<DrainReport> drainController(DrainOrder order);

    /**
     * Takes commands and connectors again, after {@link #drainController} or in the midst of it; connectors that were told to go, go.
     *
     * @return whether it was draining, or drained
     * @throws IllegalStateException when the controller is about to stop
     */
    boolean resume();

    /** Whether it takes nothing new: {@link #drainController}, and not {@link #resume}. */
    boolean isDraining();
}
