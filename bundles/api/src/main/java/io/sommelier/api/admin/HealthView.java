package io.sommelier.api.admin;

import java.time.Duration;
import java.util.Objects;

/**
 * How a member says it is. Immutable.
 *
 * @param state whether it can do its work
 * @param age since it is in that state
 * @param failures how many of the last checks failed in a row; 0 after one that did not
 * @param detail what the last check said, for a person, in one line; perhaps empty
 */
public record HealthView(State state, Duration age, int failures, String detail) {
    /** As given. */
    public HealthView {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(age, "age");
        Objects.requireNonNull(detail, "detail");
    }

    /** Whether a member can do its work. Later versions may have more constants. */
    public enum State {
        /** It does not serve {@link io.sommelier.api.Health#OPERATION}, nobody is asked, or nothing came of the first check yet: counts as up. */
        UNASKED,
        /** It is given commands. */
        UP,
        /** So many checks in a row failed that it is given no new commands; its channel, and what it has, go on. */
        DOWN
    }
}
