package io.sommelier.transport.link;

import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * A transport that cannot be started yet is started again until it can: another program may have its port. Thread-safe.
 *
 * <p>It tries each 5 s, and at once when {@link #tryNow} is called; one ERROR tells each new reason.
 */
public final class PatientTransport implements Transport {
    private static final int RETRY_SECONDS = 5;

    private final Transport transport;
    private final Logger log;
    // Under the lock.
    private ChannelAcceptor acceptor; // null while it is stopped
    private boolean isStarted; // or about to be
    private String lastProblem = "";

    /**
     * Not started.
     *
     * @param transport what is started
     * @param log where its owner tells why it is not
     */
    public PatientTransport(Transport transport, Logger log) {
        this.transport = transport;
        this.log = log;
    }

    @Override
    public String name() {
        return transport.name();
    }

    /** Completes when it is started, or when it is known that it cannot be yet. */
    @Override
    public synchronized CompletionStage<Void> start(ChannelAcceptor to) {
        acceptor = to;
        return begin(to);
    }

    /** Starts it now, if it is to be started and is not. */
    public synchronized void tryNow() {
        if (acceptor != null && !isStarted) {
            begin(acceptor);
        }
    }

    /** Why it is not started though it is to be; empty when it is, or need not be. */
    public synchronized Optional<String> problem() {
        return acceptor == null || isStarted || lastProblem.isEmpty() ? Optional.empty() : Optional.of(lastProblem);
    }

    @Override
    public synchronized CompletionStage<Void> stop(Duration drainLimit) {
        acceptor = null;
        isStarted = false;
        lastProblem = "";
        return transport.stop(drainLimit);
    }

    private CompletionStage<Void> begin(ChannelAcceptor to) {
        isStarted = true;
        return transport.start(to).handle((done, failure) -> failure == null ? null : notYet(to, failure));
    }

    private Void notYet(ChannelAcceptor to, Throwable failure) {
        synchronized (this) {
            if (acceptor != to) {
                return null; // stopped meanwhile
            }
            isStarted = false;
            String problem = String.valueOf(Listener.cause(failure).getMessage());
            if (!problem.equals(lastProblem)) {
                log.error("{}; it is tried again every {} s", problem, RETRY_SECONDS);
                lastProblem = problem;
            }
        }
        CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(() -> {
            synchronized (this) {
                if (acceptor == to && !isStarted) {
                    begin(to);
                }
            }
        });
        return null;
    }
}
