package io.sommelier.transport.websocket;

import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Channels over WebSocket: takes the sockets of connectors that dial in. Thread-safe.
 *
 * <pre>
 * WebSocketTransport webSocket = new WebSocketTransport(WebSocketSettings.defaults());
 * controller.add(webSocket);
 * </pre>
 */
public final class WebSocketTransport implements Transport {
    private volatile WebSocketSettings settings;
    private volatile WebSocketRun run;

    /** A transport that is not started. */
    public WebSocketTransport(WebSocketSettings settings) {
        this.settings = settings;
    }

    /** {@code websocket}. */
    @Override
    public String name() {
        return "websocket";
    }

    /** {@inheritDoc} It fails with {@link IllegalStateException}. */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor acceptor) {
        if (run != null) {
            return CompletableFuture.failedStage(new IllegalStateException("the transport is started already"));
        }
        WebSocketRun starting = new WebSocketRun(name(), settings, acceptor);
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
        WebSocketRun stopping = run;
        run = null;
        return stopping == null ? CompletableFuture.completedStage(null) : stopping.stop(drainLimit);
    }

    /**
     * Swaps the settings; no channel is touched. Another address moves the listening socket, and everything else holds for sockets that come from now on; only
     * {@code ioThreads} waits for the next start. May be called at any time.
     *
     * @return completes when that is done; fails when it cannot listen at the new address, which tells why and what to do: it listens where it did then, and the rest
     *     of the settings holds. It fails with {@link IllegalArgumentException} when the files of its TLS cannot be used: then nothing of the change holds
     */
    public CompletionStage<Void> settings(WebSocketSettings changed) {
        settings = changed;
        WebSocketRun now = run;
        return now == null ? CompletableFuture.completedStage(null) : now.change(changed);
    }

    /** Why changed files of its TLS are not in effect; empty when they are. */
    public Optional<String> problem() {
        WebSocketRun now = run;
        return now == null ? Optional.empty() : now.problem();
    }

    /**
     * The port it listens on, which tells where 0 was set.
     *
     * @throws IllegalStateException when it does not listen
     */
    public int localPort() {
        WebSocketRun now = run;
        if (now == null) {
            throw new IllegalStateException("the transport does not listen");
        }
        return now.localPort();
    }
}
