package io.sommelier.mailbox.artemis;

import java.util.function.LongSupplier;

/**
 * The broker's clock, as far as it is known here: its distance to the local monotonic clock, and a bound for the error. No wall clock of this machine is looked at. Written
 * by one thread, read by any.
 *
 * <p>A measurement is an echo: a message goes to the broker, is stamped there, and comes back. The stamp was made somewhere between the two local readings, so its error is
 * half of the time between them, and half a millisecond because stamps are whole ones. Between two measurements the clocks may drift apart; 200 millionths are allowed for.
 * A measurement that is worse than what the one before is worth by now is not taken.
 */
final class BrokerClock {
    private static final long MILLI = 1_000_000;
    private static final long DRIFT_PARTS = 5000; // one part in that many

    private final LongSupplier nanos;
    private volatile Reading reading;

    private record Reading(long offsetNanos, long errorNanos, long atNanos) {
        long errorAt(long now) {
            return errorNanos + Math.max(0, now - atNanos) / DRIFT_PARTS;
        }
    }

    BrokerClock(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Takes what one echo said. */
    void echoed(long sentNanos, long stampMillis, long receivedNanos) {
        long half = (receivedNanos - sentNanos) / 2;
        long middle = sentNanos + half;
        Reading taken = new Reading(stampMillis * MILLI + MILLI / 2 - middle, half + MILLI / 2, receivedNanos);
        Reading before = reading;
        // What contradicts the one before shows that the broker's clock was set.
        if (before == null
                || taken.errorNanos <= before.errorAt(receivedNanos)
                || Math.abs(taken.offsetNanos - before.offsetNanos)
                        > taken.errorNanos + before.errorAt(receivedNanos)) {
            reading = taken;
        }
    }

    /** Knows nothing again. */
    void forget() {
        reading = null;
    }

    /** How long ago that was on the broker's clock, in nanoseconds; 0 or more. The error is at most {@link #errorNanos} and half a millisecond. */
    long since(long stampMillis) {
        Reading known = reading;
        if (known == null) {
            throw new IllegalStateException("the broker's clock is not known");
        }
        return Math.max(0, nanos.getAsLong() + known.offsetNanos - (stampMillis * MILLI + MILLI / 2));
    }

    /** What the broker's clock shows that long from now, in milliseconds. */
    long millisIn(long delayNanos) {
        Reading known = reading;
        if (known == null) {
            throw new IllegalStateException("the broker's clock is not known");
        }
        return (nanos.getAsLong() + known.offsetNanos + delayNanos) / MILLI;
    }

    /** The bound of the error now, in nanoseconds; 0 when nothing is known. */
    long errorNanos() {
        Reading known = reading;
        return known == null ? 0 : known.errorAt(nanos.getAsLong());
    }
}
