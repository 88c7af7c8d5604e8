package io.sommelier.mailbox.artemis;

import java.util.concurrent.TimeUnit;

/**
 * How those who put and the one who removes a mailbox keep out of each other's way, on the monotonic clock of each alone. Who looked and saw no mark may have a put confirmed until {@code leaseNanos}
 * after the look, and later is not told that it is safe; who made a mark removes nothing before {@code graceNanos} after it. So what was confirmed is there when it is looked at for the last time.
 *
 * @param leaseNanos for a put, from the look at its mailbox to its confirmation
 * @param graceNanos from the mark to the removal; longer than the lease by more than clocks and threads may be off
 */
record IdleTimes(long leaseNanos, long graceNanos) {
    static final IdleTimes DEFAULT = new IdleTimes(TimeUnit.SECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(60));
}
