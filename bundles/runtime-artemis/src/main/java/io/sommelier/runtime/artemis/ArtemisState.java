package io.sommelier.runtime.artemis;

/**
 * Whether the broker is there. Immutable.
 *
 * @param isUp whether it is there, and sessions can be opened
 * @param reason one line for a person: where it is, or why it is not there and what to do
 */
public record ArtemisState(boolean isUp, String reason) {
    static ArtemisState up(String reason) {
        return new ArtemisState(true, reason);
    }

    static ArtemisState down(String reason) {
        return new ArtemisState(false, reason);
    }

    /** {@code UP: …} or {@code DOWN: …}. */
    @Override
    public String toString() {
        return (isUp ? "UP: " : "DOWN: ") + reason;
    }
}
