package io.sommelier.api.admin;

import io.sommelier.api.CommandId;
import io.sommelier.api.Outcome;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What came of a drain. Immutable. The numbers are counted while commands flow: those of the moment in which it began may be off by a few.
 *
 * @param what what was drained: {@code channel 7}, {@code target cellar}, {@code controller c-1}
 * @param end why it ended; that of the channel that came out worst
 * @param took from the order to the end
 * @param finished the commands that ended by themselves meanwhile, with whatever reply; of a channel or target, one that went from one drained channel to another counts for both
 * @param unfinished how many commands the drain, or the loss of a channel meanwhile, ended, by what is true of them; only rows above zero
 * @param commands some of those, at most {@link #MAX_COMMANDS}
 * @param channels the channels that were drained, by instance id
 */
public record DrainReport(
        String what,
        DrainEnd end,
        Duration took,
        long finished,
        Map<Outcome, Long> unfinished,
        List<Unfinished> commands,
        List<ChannelReport> channels) {
    /** How many of the commands that did not finish are named. */
    public static final int MAX_COMMANDS = 100;

    /** Copies map and lists. */
    public DrainReport {
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(end, "end");
        Objects.requireNonNull(took, "took");
        unfinished = Map.copyOf(unfinished);
        commands = List.copyOf(commands);
        channels = List.copyOf(channels);
    }

    /** How many commands did not finish. */
    public long unfinishedCount() {
        return unfinished.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * A command that did not finish. Immutable.
     *
     * @param id its id
     * @param principal the name of who sent it, or empty
     * @param source the instance id of the connector that sent it, or empty
     * @param target whom it was for
     * @param operation what was asked for
     * @param member the instance id of the member that had it, or empty
     * @param outcome what its caller was told
     */
    public record Unfinished(
            CommandId id,
            String principal,
            String source,
            Target target,
            String operation,
            String member,
            Outcome outcome) {
        /** As given. */
        public Unfinished {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(principal, "principal");
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(target, "target");
            Objects.requireNonNull(operation, "operation");
            Objects.requireNonNull(member, "member");
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    /**
     * What came of the drain of one channel. Immutable.
     *
     * @param channelId its id
     * @param instance the instance id of its connector
     * @param targetId what the connector served, or empty
     * @param transport the name of the transport
     * @param end why it ended
     * @param goodbye how the channel ended, for a person; empty while that is not known
     * @param took from when the channel was told, or now, to its end
     * @param toFinished commands to the connector that it answered meanwhile
     * @param toUnfinished commands to the connector that were ended, or lost
     * @param handedOn commands to the connector that went to another member, or wait for one: those that it had not begun, and idempotent ones
     * @param fromFinished commands of the connector that ended meanwhile
     * @param fromUnfinished commands of the connector that were ended, or lost with it
     */
    public record ChannelReport(
            String channelId,
            String instance,
            String targetId,
            String transport,
            DrainEnd end,
            String goodbye,
            Duration took,
            int toFinished,
            int toUnfinished,
            int handedOn,
            int fromFinished,
            int fromUnfinished) {
        /** As given. */
        public ChannelReport {
            Objects.requireNonNull(channelId, "channelId");
            Objects.requireNonNull(instance, "instance");
            Objects.requireNonNull(targetId, "targetId");
            Objects.requireNonNull(transport, "transport");
            Objects.requireNonNull(end, "end");
            Objects.requireNonNull(goodbye, "goodbye");
            Objects.requireNonNull(took, "took");
        }
    }
}
