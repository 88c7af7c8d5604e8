package io.sommelier.pipeline;

import io.sommelier.spi.Phase;

/**
 * What one handler did on one way since it joined the chain. Immutable.
 *
 * @param handler the name of its class
 * @param phase where it stands
 * @param up whether this is the way up
 * @param calls how often it was called
 * @param failures how many of these ended in an exception, thrown or through the stage
 * @param measuredCalls how many were measured: those of one command in 64, chosen at random
 * @param measuredNanos the time of the measured calls until the stage completed, in nanoseconds
 */
public record HandlerTime(
        String handler, Phase phase, boolean up, long calls, long failures, long measuredCalls, long measuredNanos) {

    /** The mean of the measured calls in nanoseconds; 0 where none was measured yet. */
    public long meanNanos() {
        return measuredCalls == 0 ? 0 : measuredNanos / measuredCalls;
    }
}
