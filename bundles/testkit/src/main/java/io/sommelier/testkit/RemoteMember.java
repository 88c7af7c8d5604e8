package io.sommelier.testkit;

/** A member with a network between it and the controller. Thread-safe. */
public interface RemoteMember extends WorldMember {
    /**
     * The network swallows what is said on the channel from now on, its end included, and what is said on those that come after it waits for {@link #unclog}. Neither end is told.
     */
    void silence();

    /** The member's end of its channel breaks, and the controller is not told: nothing passes any more on what there was. What comes after it passes, also if the member was clogged. */
    void strand();
}
