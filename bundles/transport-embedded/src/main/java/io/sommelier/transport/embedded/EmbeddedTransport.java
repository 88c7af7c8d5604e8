package io.sommelier.transport.embedded;

import io.sommelier.api.Credential;
import io.sommelier.api.Hello;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import io.sommelier.wire.serving.HandlerExecutor;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Brings members and senders that live in the controller's JVM to it. Thread-safe; no method blocks.
 *
 * <p>Members and senders may come before the controller, and outlive it: each {@link #start} announces all that are there. One that the controller refuses or sends away comes
 * back by itself where the controller says that it may, after a growing time.
 */
public final class EmbeddedTransport implements Transport {
    private final LongSupplier nanoClock;
    private final Set<Connector> connectors = ConcurrentHashMap.newKeySet();
    private final Map<String, EmbeddedSender> senders = new ConcurrentHashMap<>();
    private volatile ChannelAcceptor acceptor;

    /** A transport with nobody on it. */
    public EmbeddedTransport() {
        this(System::nanoTime);
    }

    /** A transport whose handlers read what remains of their time on the given monotonic clock, in nanoseconds. */
    EmbeddedTransport(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    @Override
    public String name() {
        return "embedded";
    }

    /**
     * Adds a member. It is announced to the controller at once, if there is one; an instance id that is taken is the controller's to refuse.
     *
     * @throws IllegalArgumentException when the numbers of its executor are out of range
     */
    public EmbeddedMember register(MemberSpec spec) {
        HandlerExecutor executor = new HandlerExecutor(spec.hello().instance(), spec.threads(), spec.queueCapacity());
        return new EmbeddedMember(added(new Connector(spec.hello(), spec.operations(), executor, nanoClock)), this);
    }

    /**
     * A connector that serves nothing and only sends; the one that there is already, if it was not closed.
     *
     * @param instance its instance id
     * @throws IllegalArgumentException when it breaks the grammar of names
     */
    public EmbeddedSender sender(String instance) {
        return sender(instance, Credential.NONE);
    }

    /** The same with a proof of who it is, which counts only where the connector is not there yet. */
    public EmbeddedSender sender(String instance, Credential credential) {
        EmbeddedSender present = senders.get(instance);
        if (present != null) {
            return present;
        }
        Connector connector =
                new Connector(Hello.of(instance).credential(credential).build(), Map.of(), null, nanoClock);
        EmbeddedSender made = new EmbeddedSender(connector, this);
        present = senders.putIfAbsent(instance, made);
        if (present != null) {
            return present;
        }
        added(connector);
        return made;
    }

    private Connector added(Connector connector) {
        connectors.add(connector);
        ChannelAcceptor present = acceptor;
        if (present != null) {
            connector.connect(present);
            if (acceptor != present) {
                connector.disconnect(Duration.ZERO); // stopped meanwhile, and the stop may not have seen it
            }
        }
        return connector;
    }

    /** Forgets a connector, and lets it end. */
    CompletionStage<Void> remove(Connector connector, Duration drain) {
        connectors.remove(connector);
        senders.values().removeIf(sender -> sender.connector() == connector);
        return connector.close(drain);
    }

    /** Announces every member and sender; completes when each was answered, taken or not. */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor to) {
        acceptor = to;
        return all(connectors, connector -> connector.connect(to));
    }

    /** Completes when every channel is closed. The executors belong to the members, and wait with them for the next start. */
    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        acceptor = null;
        return all(connectors, connector -> connector.disconnect(drainLimit));
    }

    private static CompletionStage<Void> all(
            Collection<Connector> connectors, Function<Connector, CompletionStage<Void>> action) {
        return CompletableFuture.allOf(connectors.stream()
                .map(connector -> action.apply(connector).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}
