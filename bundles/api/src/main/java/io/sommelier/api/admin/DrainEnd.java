package io.sommelier.api.admin;

/** Why a drain ended. Later versions may have more constants: whoever switches over them has a default. */
public enum DrainEnd {
    /** Nothing was under way any more, and goodbye was said. */
    DONE,
    /** The limit was reached: what was still under way was ended, or went to another member. */
    LIMIT,
    /** The channel went before the drain was done: its connector was lost, or came again over another channel. */
    LOST,
    /** The controller was told to go on. */
    RESUMED
}
