package io.sommelier.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A reply that completed. Immutable.
 *
 * @param accepted the ACCEPTED part, where the worker sent one and the call gathered it: its headers and content type are those of the whole reply
 * @param data the DATA parts in order, where the call gathered them; empty for a single answer, and where a listener took them
 * @param terminal the COMPLETE part
 */
public record Reply(Optional<Part> accepted, List<Part> data, Part terminal) {

    /** Copies the list. */
    public Reply {
        Objects.requireNonNull(accepted, "accepted");
        Objects.requireNonNull(terminal, "terminal");
        data = List.copyOf(data);
    }

    /** A reply without an ACCEPTED part. */
    public Reply(List<Part> data, Part terminal) {
        this(Optional.empty(), data, terminal);
    }

    /** The media type of the payload: that of the terminal, else of the ACCEPTED part, else of the first DATA part; or empty. */
    public String contentType() {
        if (!terminal.contentType().isEmpty()) {
            return terminal.contentType();
        }
        String ofWhole = accepted.map(Part::contentType).orElse("");
        return ofWhole.isEmpty() && !data.isEmpty() ? data.get(0).contentType() : ofWhole;
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
