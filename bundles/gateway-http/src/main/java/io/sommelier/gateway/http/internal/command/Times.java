package io.sommelier.gateway.http.internal.command;

import java.time.Clock;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The two clocks: that of the wall, for people, and one that only goes forward. Immutable.
 *
 * @param wall what instants are read from
 * @param nanoClock the monotonic clock in nanoseconds
 */
public record Times(Clock wall, LongSupplier nanoClock) {
    /** The clocks of this machine. */
    public static Times system() {
        return new Times(Clock.systemUTC(), System::nanoTime);
    }

    Instant now() {
        return wall.instant();
    }

    long nanos() {
        return nanoClock.getAsLong();
    }
}
