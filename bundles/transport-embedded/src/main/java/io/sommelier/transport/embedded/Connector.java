package io.sommelier.transport.embedded;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Peer;
import io.sommelier.transport.embedded.MemberSpec.Operation;
import io.sommelier.wire.serving.HandlerExecutor;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member or sender, with or without a controller: what it serves, its executor, and its one channel at a time. Thread-safe; its lock guards who is connected, and is never
 * held across a call.
 */
final class Connector {
    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    private static final long FIRST_RETRY_MILLIS = 250;
    private static final long MOST_RETRY_MILLIS = 15_000;

    /** A check that comes while the one before it just ends; what comes beyond that is refused. */
    private static final int WAITING_CHECKS = 1;

    private final Hello template;
    private final HandlerExecutor executor; // null when it only sends
    private final HandlerExecutor checks; // the same
    private final LongSupplier nanoClock;
    private final LongAdder lateAnswers = new LongAdder();
    private final AtomicInteger announcements = new AtomicInteger();

    private volatile Map<String, Operation> operations;
    private volatile Set<String> names; // what the controller is told to be served: ceases before, and begins after
    private volatile EmbeddedChannel channel;
    private volatile Goodbye lastGoodbye;

    // Under the lock.
    private ChannelAcceptor acceptor;
    private boolean isClosed;
    private Set<String> replaced = Set.of(); // not told yet
    private int failures;
    private String resumeToken = "";

    Connector(Hello template, Map<String, Operation> operations, HandlerExecutor executor, LongSupplier nanoClock) {
        this.template = template;
        this.operations = operations;
        this.names = operations.keySet();
        this.executor = executor;
        this.checks = executor == null ? null : new HandlerExecutor(template.instance() + "-health", 1, WAITING_CHECKS);
        this.nanoClock = nanoClock;
    }

    String instance() {
        return template.instance();
    }

    HandlerExecutor executorOf(Operation operation) {
        return operation.isCheck() ? checks : executor;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    LongAdder lateAnswers() {
        return lateAnswers;
    }

    /** What serves the operation now, or {@code null}. */
    Operation operation(String name) {
        return operations.get(name);
    }

    /** The channel, or {@code null} while there is none; it may not be open yet, or not any more. */
    EmbeddedChannel channel() {
        return channel;
    }

    private Peer peer() {
        EmbeddedChannel present = channel;
        return present == null ? null : present.peer();
    }

    Optional<Welcome> welcome() {
        return Optional.ofNullable(peer()).map(Peer::welcome);
    }

    Optional<Goodbye> lastGoodbye() {
        return Optional.ofNullable(lastGoodbye);
    }

    // ---- coming and going ----

    /** Says hello to a controller; completes when it was answered, either way. */
    CompletionStage<Void> connect(ChannelAcceptor to) {
        EmbeddedChannel fresh = new EmbeddedChannel(this);
        Hello hello;
        synchronized (this) {
            if (isClosed || acceptor == to && channel != null) {
                return CompletableFuture.completedStage(null);
            }
            acceptor = to;
            channel = fresh;
            hello = template.toBuilder().resumeToken(resumeToken).build();
        }
        if (!template.targetId().isEmpty()) {
            hello = hello.toBuilder().serves(template.targetId(), names).build();
        }
        Set<String> announced = hello.operations();
        return to.hello(fresh, hello).handle((peer, failure) -> {
            if (failure == null) {
                welcomed(fresh, peer, announced);
            } else {
                fresh.refused(goodbyeOf(failure));
            }
            return null;
        });
    }

    private void welcomed(EmbeddedChannel fresh, Peer peer, Set<String> announced) {
        synchronized (this) {
            failures = 0;
            resumeToken = peer.welcome().resumeToken();
        }
        fresh.open(peer);
        if (!names.equals(announced)) {
            announce();
        }
    }

    private static Goodbye goodbyeOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof HelloRefusedException refused
                ? refused.goodbye()
                : new Goodbye(CloseReason.OTHER, true, "the controller failed to answer the hello: " + cause);
    }

    /** The channel was refused, or is closed: comes back by and by, where that makes sense. */
    void gone(EmbeddedChannel ended, Goodbye goodbye) {
        ChannelAcceptor to;
        long delayMillis;
        synchronized (this) {
            if (channel != ended) {
                return; // another one has taken its place
            }
            channel = null;
            lastGoodbye = goodbye;
            if (isClosed || acceptor == null) {
                return;
            }
            to = acceptor;
            delayMillis = Math.min(MOST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(failures++, 10));
        }
        if (!goodbye.comeBack()) {
            LOG.warn("{} is not connected any more: {}, {}", instance(), goodbye.reason(), goodbye.message());
            return;
        }
        LOG.info("{} is not connected now: {}, {}", instance(), goodbye.reason(), goodbye.message());
        long jitter = ThreadLocalRandom.current().nextLong(delayMillis / 2 + 1);
        CompletableFuture.delayedExecutor(delayMillis + jitter, TimeUnit.MILLISECONDS)
                .execute(() -> reconnect(to));
    }

    private void reconnect(ChannelAcceptor to) {
        synchronized (this) {
            if (acceptor != to || channel != null) {
                return;
            }
        }
        connect(to);
    }

    /** The controller goes: drains, says goodbye, and waits for the next {@link #connect}. */
    CompletionStage<Void> disconnect(Duration drainLimit) {
        EmbeddedChannel present;
        synchronized (this) {
            acceptor = null;
            present = channel;
        }
        return present == null
                ? CompletableFuture.completedStage(null)
                : present.drain(new Goodbye(CloseReason.SHUTDOWN, true, "the transport stops"), drainLimit);
    }

    /** The connector goes: drains, says goodbye, and gives up its threads. */
    CompletionStage<Void> close(Duration drain) {
        EmbeddedChannel present;
        synchronized (this) {
            isClosed = true;
            acceptor = null;
            present = channel;
        }
        long endNanos = System.nanoTime() + drain.toNanos();
        CompletionStage<Void> drained = present == null
                ? CompletableFuture.completedStage(null)
                : present.drain(new Goodbye(CloseReason.NORMAL, false, instance() + " was closed"), drain);
        return executor == null ? drained : drained.thenCompose(done -> closeExecutor(endNanos));
    }

    /** A handler that has answered may still do something: it has what is left of the limit. Waits on a thread of its own, not on that of somebody else. */
    private CompletionStage<Void> closeExecutor(long endNanos) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread closer = new Thread(
                () -> {
                    executor.close(Duration.ofNanos(Math.max(0, endNanos - System.nanoTime())));
                    checks.close(Duration.ZERO);
                    closed.complete(null);
                },
                instance() + "-close");
        closer.setDaemon(true);
        closer.start();
        return closed;
    }

    /** Loses the channel as if the connector had died: no drain, no goodbye, no return. */
    void cut() {
        EmbeddedChannel present = channel;
        if (present != null) {
            present.close(new Goodbye(CloseReason.LOST, false, "the channel was cut"));
        }
    }

    // ---- operations ----

    void add(String name, Operation operation) {
        put(name, operation);
        announce();
    }

    /** Gives what served it before, or {@code null}. */
    private synchronized Operation put(String name, Operation operation) {
        Map<String, Operation> changed = new HashMap<>(operations);
        Operation before = changed.put(name, operation);
        Set<String> more = new HashSet<>(names);
        more.add(name);
        Hello.of(instance()).serves(template.targetId(), more); // checks the name, and how many there are
        operations = Map.copyOf(changed);
        names = Set.copyOf(more);
        return before;
    }

    void remove(String name) {
        cease(name);
        announce();
        forget(name);
    }

    private synchronized void cease(String name) {
        Set<String> fewer = new HashSet<>(names);
        fewer.remove(name);
        names = Set.copyOf(fewer);
    }

    /** The controller was told: nothing of it is offered any more, but for what is just on its way. Gives what served it, or {@code null}. */
    private synchronized Operation forget(String name) {
        if (names.contains(name)) {
            return null; // it has come again meanwhile
        }
        Map<String, Operation> changed = new HashMap<>(operations);
        Operation gone = changed.remove(name);
        operations = Map.copyOf(changed);
        return gone;
    }

    /** Serves it no longer, until it is added again; see {@link EmbeddedMember#suspend}. */
    CompletionStage<Void> suspend(String name, Duration drain) {
        cease(name);
        announceReplaced(name);
        Operation gone = forget(name);
        return gone == null
                ? CompletableFuture.completedStage(null)
                : leave(gone, drain).thenRun(() -> announceReplaced(name)); // from now on it is waited for
    }

    /** Serves it by another handler; see {@link EmbeddedMember#replace}. */
    CompletionStage<Void> replace(String name, Operation operation, Duration drain) {
        Operation gone = put(name, operation);
        announce();
        return gone == null ? CompletableFuture.completedStage(null) : leave(gone, drain);
    }

    private CompletionStage<Void> leave(Operation gone, Duration drain) {
        gone.go();
        EmbeddedChannel present = channel;
        return present == null ? CompletableFuture.completedStage(null) : present.leave(gone, drain);
    }

    private void announceReplaced(String name) {
        synchronized (this) {
            if (names.contains(name)) {
                return; // it is back
            }
            Set<String> more = new HashSet<>(replaced);
            more.add(name);
            replaced = Set.copyOf(more);
        }
        announce();
    }

    /** Tells the controller what is served now. Of several threads one tells, so that the last word is the true one. */
    private void announce() {
        if (announcements.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            Peer present = peer();
            Set<String> toTell;
            Set<String> expected;
            synchronized (this) {
                toTell = names;
                expected = replaced;
                replaced = Set.of();
            }
            if (present != null) {
                present.operations(toTell, expected);
            }
            seen = announcements.addAndGet(-seen);
        } while (seen != 0);
    }

    @Override
    public String toString() {
        return instance();
    }
}
