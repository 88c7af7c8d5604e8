package io.sommelier.gateway.http.internal.reply;

import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import java.util.Objects;
import java.util.Optional;

/**
 * What stands before the bytes of a reply. Immutable.
 *
 * @param suggestedStatus the HTTP status that the worker suggests, or 0
 * @param type the media type, or empty
 * @param whole the headers of the whole reply
 * @param first the headers of its first bytes, which count before those
 */
public record ReplyHead(int suggestedStatus, String type, Headers whole, Headers first) {
    /** As given. */
    public ReplyHead {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(whole, "whole");
        Objects.requireNonNull(first, "first");
    }

    /** The head of a reply whose first bytes are in that part, and that was accepted by the other, if there was one. */
    public static ReplyHead of(Optional<Part> accepted, Part first) {
        int suggested = first.suggestedStatus() != 0
                ? first.suggestedStatus()
                : accepted.map(Part::suggestedStatus).orElse(0);
        String type =
                first.contentType().isEmpty() ? accepted.map(Part::contentType).orElse("") : first.contentType();
        return new ReplyHead(suggested, type, accepted.map(Part::headers).orElse(Headers.none()), first.headers());
    }

    /** The status of a reply that completed. */
    public int status(boolean isEmpty) {
        boolean isBodyLess = suggestedStatus == 204 || suggestedStatus == 205 || suggestedStatus == 304;
        if (suggestedStatus == 0 || isBodyLess && !isEmpty) {
            return isEmpty ? 204 : 200;
        }
        return suggestedStatus;
    }
}
