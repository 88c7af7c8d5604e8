package io.sommelier.http.engine;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The connections of one event loop, looked over regularly for those whose time is up: one timer for all of them, and
 * nothing to set or cancel for each request. Confined to that event loop.
 */
final class LoopConnections {
    private final EventLoop loop;
    private final HttpEngine engine;
    private final Set<HttpConnection> connections = new LinkedHashSet<>();
    private boolean isTicking;

    LoopConnections(EventLoop loop, HttpEngine engine) {
        this.loop = loop;
        this.engine = engine;
    }

    void add(HttpConnection connection) {
        connections.add(connection);
        if (!isTicking) {
            isTicking = true;
            later();
        }
    }

    void remove(HttpConnection connection) {
        connections.remove(connection);
    }

    void forEach(Consumer<HttpConnection> action) {
        new ArrayList<>(connections).forEach(action);
    }

    private void tick() {
        if (connections.isEmpty()) {
            isTicking = false;
            return;
        }
        HttpSettings settings = engine.settings();
        long now = engine.nanoTime();
        forEach(connection -> connection.check(now, settings));
        later();
    }

    private void later() {
        loop.schedule(this::tick, periodMillis(engine.settings()), TimeUnit.MILLISECONDS);
    }

    /** A quarter of the shortest limit, so that none is overrun by more than that. */
    private static long periodMillis(HttpSettings settings) {
        long shortest = Long.MAX_VALUE;
        for (Duration limit : new Duration[] {
            settings.headerLimit(),
            settings.bodyLimit(),
            settings.idleLimit(),
            settings.writeLimit(),
            settings.replyLimit()
        }) {
            shortest = Math.min(shortest, limit.toMillis());
        }
        return Math.max(10, Math.min(1000, shortest / 4));
    }
}
