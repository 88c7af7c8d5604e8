package io.sommelier.api.admin;

import io.sommelier.api.CommandId;
import io.sommelier.api.Target;
import java.time.Duration;
import java.util.Objects;

/**
 * A command that has not ended, as it was when it was looked at. Immutable.
 *
 * @param id its id; unique only together with the principal
 * @param principal the name of who sent it, or empty
 * @param source the instance id of the connector that sent it, or empty
 * @param target whom it is for
 * @param operation what is asked for
 * @param state where it is; none of the ends
 * @param attempt how often it was handed to a member, the present or coming time included; 1 for the first
 * @param age since it was submitted; for one that another controller had put into a mailbox, since it came out
 * @param remaining what is left of its time to live; zero when that is spent
 * @param holder who has it: the instance id of the member in {@code QUEUED}, {@code DISPATCHED}, {@code ACCEPTED} and {@code STREAMING}; the address of the mailbox,
 *     {@code target} or {@code target/instance}, in {@code WAITING}; else empty
 * @param holderChannelId the channel of that member, as {@link ChannelView#channelId}, or empty
 * @param heldBytes what it counts in the byte budgets
 * @param durable as its caller said
 * @param idempotent as its caller said
 */
public record CommandView(
        CommandId id,
        String principal,
        String source,
        Target target,
        String operation,
        CommandState state,
        int attempt,
        Duration age,
        Duration remaining,
        String holder,
        String holderChannelId,
        long heldBytes,
        boolean durable,
        boolean idempotent) {
    /** As given. */
    public CommandView {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(principal, "principal");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(age, "age");
        Objects.requireNonNull(remaining, "remaining");
        Objects.requireNonNull(holder, "holder");
        Objects.requireNonNull(holderChannelId, "holderChannelId");
    }
}
