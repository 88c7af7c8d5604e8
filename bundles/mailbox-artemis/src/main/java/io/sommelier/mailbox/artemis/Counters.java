package io.sommelier.mailbox.artemis;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link MailboxCounts}. Thread-safe. */
final class Counters {
    final LongAdder put = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder unconfirmed = new LongAdder();
    final LongAdder came = new LongAdder();
    final LongAdder done = new LongAdder();
    final LongAdder back = new LongAdder();
    final LongAdder retried = new LongAdder();
    final LongAdder givenUp = new LongAdder();
    final LongAdder reattached = new LongAdder();
    final LongAdder acknowledgedAgain = new LongAdder();
    final LongAdder dead = new LongAdder();
    final LongAdder removed = new LongAdder();
    final LongAdder connections = new LongAdder();
    final AtomicInteger held = new AtomicInteger();

    MailboxCounts snapshot(int onTheirWay, long clockErrorNanos) {
        return new MailboxCounts(
                put.sum(),
                refused.sum(),
                unconfirmed.sum(),
                came.sum(),
                done.sum(),
                back.sum(),
                retried.sum(),
                givenUp.sum(),
                reattached.sum(),
                acknowledgedAgain.sum(),
                dead.sum(),
                removed.sum(),
                connections.sum(),
                onTheirWay,
                held.get(),
                clockErrorNanos);
    }
}
