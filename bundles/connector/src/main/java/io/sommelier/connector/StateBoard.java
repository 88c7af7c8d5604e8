package io.sommelier.connector;

import io.sommelier.connector.ConnectorState.Phase;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says where the connector stands. Read by any thread, written on the loop. */
final class StateBoard {
    private static final Logger LOG = LoggerFactory.getLogger(StateBoard.class);

    private final String instance;
    private final StateListener listener;
    private volatile ConnectorState state = ConnectorState.connecting("");
    private volatile CompletableFuture<ConnectorState> active = new CompletableFuture<>();

    StateBoard(String instance, StateListener listener) {
        this.instance = instance;
        this.listener = listener;
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
        tell(before, now);
        if (now.phase() == Phase.ACTIVE) {
            active.complete(now);
        } else if (now.phase() == Phase.CLOSED) {
            active.completeExceptionally(new IllegalStateException("connector " + instance + " is closed: "
                    + now.goodbye().map(Object::toString).orElse("")));
        }
    }

    private void tell(Phase before, ConnectorState now) {
        switch (now.phase()) {
            case ACTIVE -> LOG.info("connector {} is active at {}", instance, now.address());
            case CLOSED ->
                LOG.info("connector {} is closed: {}", instance, now.goodbye().orElseThrow());
            case DISCONNECTED -> {
                if (before == Phase.ACTIVE) {
                    LOG.info(
                            "connector {} has lost its channel to {}: {}",
                            instance,
                            now.address(),
                            now.goodbye().orElseThrow());
                } else {
                    LOG.debug(
                            "connector {} could not attach to {}: {}",
                            instance,
                            now.address(),
                            now.goodbye().orElseThrow());
                }
            }
            case CONNECTING -> LOG.debug("connector {} tries {}", instance, now.address());
        }
        try {
            listener.changed(now);
        } catch (RuntimeException failure) {
            LOG.warn("the state listener of connector {} threw", instance, failure);
        }
    }
}
