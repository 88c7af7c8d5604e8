package io.sommelier.transport.websocket;

import java.net.SocketAddress;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts sockets that were not upgraded, and tells of them at most once a minute: who sends nonsense must not fill the log. Thread-safe. */
final class RefusedUpgrades {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedUpgrades.class);
    private static final long PERIOD_NANOS = 60_000_000_000L;
    private static final int MOST_CHARS = 200;

    private final LongSupplier nanoClock;
    private long total;
    private long told;
    private long toldAt;

    RefusedUpgrades(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** One more. Returns whether it was told. */
    synchronized boolean add(SocketAddress from, String why) {
        total++;
        long now = nanoClock.getAsLong();
        if (told > 0 && now - toldAt < PERIOD_NANOS) {
            return false;
        }
        LOG.info(
                "{} upgrades refused since the last such line; the last one, of {}: {}",
                total - told,
                from,
                clean(why));
        told = total;
        toldAt = now;
        return true;
    }

    synchronized long total() {
        return total;
    }

    /** What a stranger sent may be long, and have line ends in it. */
    private static String clean(String why) {
        String line = why.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS) + "...";
    }
}
