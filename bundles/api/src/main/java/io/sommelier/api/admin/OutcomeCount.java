package io.sommelier.api.admin;

/**
 * How many commands of one operation ended in one way. Immutable.
 *
 * @param targetId the target
 * @param operation the operation; {@code *} for all those that no member ever served
 * @param end {@code COMPLETED}, or the name of an {@link io.sommelier.api.Outcome}
 * @param count since the controller started
 */
public record OutcomeCount(String targetId, String operation, String end, long count) {}
