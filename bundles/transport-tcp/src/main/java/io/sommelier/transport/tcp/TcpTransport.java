package io.sommelier.transport.tcp;

import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Channels over TCP: takes the sockets of connectors that dial in, and dials the members that listen. Thread-safe.
 *
 * <pre>
 * TcpTransport tcp = new TcpTransport(TcpSettings.defaults());
 * controller.add(tcp);
 * </pre>
 */
public final class TcpTransport implements Transport {
    private final TcpSettings settings;
    private volatile TcpRun run;

    /** A transport that is not started. */
    public TcpTransport(TcpSettings settings) {
        this.settings = settings;
    }

    /** {@code tcp}. */
    @Override
    public String name() {
        return "tcp";
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when it is started already
     */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor acceptor) {
        if (run != null) {
            throw new IllegalStateException("the transport is started already");
        }
        TcpRun starting = new TcpRun(name(), settings, acceptor);
        run = starting;
        return starting.start().whenComplete((started, failure) -> {
            if (failure != null) {
                run = null;
            }
        });
    }

    /** {@inheritDoc} A transport that is not started is stopped at once. */
    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        TcpRun stopping = run;
        run = null;
        return stopping == null ? CompletableFuture.completedStage(null) : stopping.stop(drainLimit);
    }

    /**
     * The port it listens on, which tells where 0 was set.
     *
     * @throws IllegalStateException when it does not listen
     */
    public int localPort() {
        TcpRun now = run;
        if (now == null) {
            throw new IllegalStateException("the transport does not listen");
        }
        return now.localPort();
    }
}
