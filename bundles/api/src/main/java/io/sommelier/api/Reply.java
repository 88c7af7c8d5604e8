package io.sommelier.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A reply that completed. Immutable.
 *
 * @param data the DATA parts in order, where the call gathered them; empty for a single answer, and where a listener took them
 * @param terminal the COMPLETE part
 */
public record Reply(List<Part> data, Part terminal) {

    /** Copies the list. */
    public Reply {
        Objects.requireNonNull(terminal, "terminal");
        data = List.copyOf(data);
    }

    /** The bytes of all gathered parts and of the terminal, joined. New at each call where there are several parts. */
    public Payload payload() {
        if (data.isEmpty()) {
            return terminal.payload();
        }
        List<Payload> pieces = new ArrayList<>(data.size() + 1);
        for (Part part : data) {
            pieces.add(part.payload());
        }
        pieces.add(terminal.payload());
        return Payload.join(pieces);
    }
}
