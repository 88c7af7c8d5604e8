package io.sommelier.transport.link;

import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * A transport that cannot be started yet is started again until it can: another program may have its port. Likewise with settings whose files cannot be used yet. Thread-safe.
 *
 * <p>It tries each 5 s, and at once when something is changed; one ERROR tells each new reason.
 */
public final class PatientTransport implements Transport {
    private static final int RETRY_SECONDS = 5;

    private final Transport transport;
    private final Logger log;
    // Under the lock.
    private ChannelAcceptor acceptor; // null while it is stopped
    private boolean isStarted; // or about to be
    private String startProblem = "";
    private Supplier<? extends CompletionStage<Void>> latest; // null where nothing was changed
    private String changeProblem = "";

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

    /**
     * Changes the transport, and starts it now if it is to be started and is not.
     *
     * @param change hands the transport its settings. Where its stage fails with {@link IllegalArgumentException}, files cannot be used, and it is called again until they can,
     *     or something else is changed; any other failure stays
     */
    public synchronized void change(Supplier<? extends CompletionStage<Void>> change) {
        latest = change;
        change.get().whenComplete((done, failure) -> changed(change, failure));
        if (acceptor != null && !isStarted) {
            begin(acceptor);
        }
    }

    private void changed(Supplier<? extends CompletionStage<Void>> change, Throwable failure) {
        synchronized (this) {
            if (change != latest || acceptor == null) {
                return; // what came behind it tells; or it is stopped
            }
            String problem = failure == null
                    ? ""
                    : String.valueOf(Listener.cause(failure).getMessage());
            if (!problem.isEmpty() && !problem.equals(changeProblem)) {
                log.error("{}", problem);
            }
            changeProblem = problem;
        }
        if (failure != null && Listener.cause(failure) instanceof IllegalArgumentException) {
            later(() -> {
                if (change == latest && isStarted) {
                    change(change);
                }
            });
        }
    }

    /** What is wrong: why it is not started though it is to be, why its settings are not in effect. */
    public synchronized List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (acceptor != null && !isStarted && !startProblem.isEmpty()) {
            problems.add(startProblem);
        }
        if (!changeProblem.isEmpty()) {
            problems.add(changeProblem);
        }
        return problems;
    }

    @Override
    public synchronized CompletionStage<Void> stop(Duration drainLimit) {
        acceptor = null;
        isStarted = false;
        startProblem = "";
        changeProblem = "";
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
            if (!problem.equals(startProblem)) {
                log.error("{}; it is tried again every {} s", problem, RETRY_SECONDS);
                startProblem = problem;
            }
        }
        later(() -> {
            if (acceptor == to && !isStarted) {
                begin(to);
            }
        });
        return null;
    }

    /** Runs a task under the lock, when it is time to try again. */
    private void later(Runnable task) {
        CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(() -> {
            synchronized (this) {
                task.run();
            }
        });
    }
}
