package io.sommelier.connector;

import io.sommelier.wire.Backoff;
import java.util.List;

/**
 * Whom to dial, and after what wait. Controllers are tried in order, one right after the other; who has tried them all waits, longer each time, and begins anew with
 * the next in order. Confined to one thread.
 */
final class DialPlan {
    private final List<ControllerAddress> controllers;
    private final Backoff backoff;
    private int at;
    private int triedInRound;

    DialPlan(List<ControllerAddress> controllers, Backoff backoff) {
        this.controllers = List.copyOf(controllers);
        this.backoff = backoff;
    }

    /** Whom to dial. */
    ControllerAddress controller() {
        return controllers.get(at);
    }

    /** The controller could not be reached, or refused: moves on, and gives the wait in milliseconds before the next try. */
    long failed() {
        moveOn();
        triedInRound++;
        if (triedInRound < controllers.size()) {
            return 0;
        }
        triedInRound = 0;
        return backoff.nextMillis();
    }

    /** An active channel has ended: moves on, and gives the wait in milliseconds before the next try. A channel that held for a while lets the waits begin anew. */
    long lost(boolean wasStable) {
        moveOn();
        triedInRound = 0;
        if (wasStable) {
            backoff.reset();
        }
        return backoff.nextMillis();
    }

    private void moveOn() {
        at = (at + 1) % controllers.size();
    }
}
