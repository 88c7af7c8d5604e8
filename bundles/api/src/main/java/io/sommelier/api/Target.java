package io.sommelier.api;

/**
 * Whom a command is addressed to: any member of a target, or one exact instance of it, which a sibling never replaces. Immutable.
 *
 * @param targetId the target; 1 to 128 of {@code A-Z a-z 0-9 . _ : -}, starting with a letter or digit
 * @param instance the instance id in the same grammar, or empty for any member
 */
public record Target(String targetId, String instance) {

    /** @throws IllegalArgumentException when a name breaks the grammar */
    public Target {
        Names.check("targetId", targetId);
        Names.checkOptional("instance", instance);
    }

    /** Any member of the target. */
    public static Target of(String targetId) {
        return new Target(targetId, "");
    }

    /** Whether one exact instance is named. */
    public boolean namesInstance() {
        return !instance.isEmpty();
    }

    /** {@code target} or {@code target/instance}. */
    @Override
    public String toString() {
        return instance.isEmpty() ? targetId : targetId + "/" + instance;
    }
}
