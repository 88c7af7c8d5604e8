package io.sommelier.bench.rows;

import io.sommelier.bench.party.LoadShape;
import java.util.List;

/**
 * What a row is, before it is measured. Immutable.
 *
 * @param name what it is called on the command line and in reports
 * @param shape what its requester sends
 * @param others how many other connections there are; 0 where that does not matter
 * @param aims what it should reach
 */
record Row(String name, LoadShape shape, int others, List<Aim> aims) {
    Row(String name, LoadShape shape, Aim... aims) {
        this(name, shape, 0, List.of(aims));
    }

    int inFlight() {
        return shape.inFlight();
    }

    int payloadBytes() {
        return shape.payloadBytes();
    }

    boolean isStream() {
        return shape.isStream();
    }
}
