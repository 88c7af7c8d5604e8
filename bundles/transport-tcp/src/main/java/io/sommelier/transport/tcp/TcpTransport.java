package io.sommelier.transport.tcp;

import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.Optional;
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
    private volatile TcpSettings settings;
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

    /** {@inheritDoc} It fails with {@link IllegalStateException}. */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor acceptor) {
        if (run != null) {
            return CompletableFuture.failedStage(new IllegalStateException("the transport is started already"));
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
     * Swaps the settings; no channel is touched. Another address moves the listening socket, other members are dialled or not dialled again, and everything else holds for
     * channels that come from now on; only {@code ioThreads} waits for the next start. May be called at any time.
     *
     * @return completes when that is done; fails when it cannot listen at the new address, which tells why and what to do: it listens where it did then, and the rest
     *     of the settings holds. It fails with {@link IllegalArgumentException} when the files of its TLS cannot be used: then nothing of the change holds
     */
    public CompletionStage<Void> settings(TcpSettings changed) {
        settings = changed;
        TcpRun now = run;
        return now == null ? CompletableFuture.completedStage(null) : now.change(changed);
    }

    /** Why changed files of its TLS are not in effect; empty when they are. */
    public Optional<String> problem() {
        TcpRun now = run;
        return now == null ? Optional.empty() : now.problem();
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
