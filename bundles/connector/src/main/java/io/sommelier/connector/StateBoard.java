package io.sommelier.connector;

import io.sommelier.connector.ConnectorState.Phase;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says where the connector stands. Read by any thread, written on the loop. */
final class StateBoard {
    private static final Logger LOG = LoggerFactory.getLogger(StateBoard.class);

    private final String instance;
    private final List<StateListener> listeners;
    private volatile ConnectorState state = ConnectorState.connecting("");
    private volatile CompletableFuture<ConnectorState> active = new CompletableFuture<>();
    private String lastFailure = ""; // on the loop

    StateBoard(String instance, List<StateListener> listeners) {
        this.instance = instance;
        this.listeners = List.copyOf(listeners);
    }

    ConnectorState state() {
        return state;
    }

    /** Completes when the connector is active, and fails when it has ended. */
    CompletionStage<ConnectorState> active() {
        return active.minimalCompletionStage();
    }

    void show(ConnectorState now) {
        Phase before = state.phase();
        if (before == Phase.ACTIVE && now.phase() != Phase.ACTIVE) {
            active = new CompletableFuture<>();
        }
        state = now;
        tell(now);
        if (now.phase() == Phase.ACTIVE) {
            active.complete(now);
        } else if (now.phase() == Phase.CLOSED) {
            active.completeExceptionally(new IllegalStateException("connector " + instance + " is closed: "
                    + now.goodbye().map(Object::toString).orElse("")));
        }
    }

    private void tell(ConnectorState now) {
        switch (now.phase()) {
            case ACTIVE -> {
                lastFailure = "";
                LOG.info("connector {} is active at {}", instance, now.address());
            }
            case CLOSED ->
                LOG.info("connector {} is closed: {}", instance, now.goodbye().orElseThrow());
            case DRAINING -> LOG.info("connector {} drains its channel to {}", instance, now.address());
            case LOST ->
                LOG.info(
                        "connector {} has lost its channel to {}: {}",
                        instance,
                        now.address(),
                        now.goodbye().orElseThrow());
            case REFUSED, UNREACHED -> tellAttempt(now);
            case CONNECTING -> LOG.debug("connector {} tries {}", instance, now.address());
        }
        for (StateListener listener : listeners) {
            hear(listener, now);
        }
    }

    /** One line for each new reason: an attempt may be repeated for days. */
    private void tellAttempt(ConnectorState now) {
        String why = now.goodbye().orElseThrow().message();
        if (why.equals(lastFailure)) {
            LOG.debug("connector {} could not attach to {}: {}", instance, now.address(), why);
        } else {
            LOG.warn("connector {} cannot attach to {}, and tries again: {}", instance, now.address(), why);
            lastFailure = why;
        }
    }

    private void hear(StateListener listener, ConnectorState now) {
        try {
            listener.changed(now);
        } catch (RuntimeException | Error failure) { // foreign code, which must not end the loop's task
            LOG.warn("a state listener of connector {} threw", instance, failure);
        }
    }
}
