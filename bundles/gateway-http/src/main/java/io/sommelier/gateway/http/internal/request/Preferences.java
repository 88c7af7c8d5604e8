package io.sommelier.gateway.http.internal.request;

import java.time.Duration;
import java.util.Optional;

/**
 * What the client prefers (RFC 7240). What is not understood is left alone, as that document has it. Immutable.
 *
 * @param isAsync whether an early answer is wanted: that the command was taken in
 * @param waitLimit how long the client would wait for the reply all the same
 */
public record Preferences(boolean isAsync, Optional<Duration> waitLimit) {
    /** Nothing is preferred. */
    static final Preferences NONE = new Preferences(false, Optional.empty());

    private static final int MOST_DIGITS = 5;

    /** Reads the header; null for none. */
    static Preferences of(String header) {
        if (header == null) {
            return NONE;
        }
        boolean isAsync = false;
        Optional<Duration> waitLimit = Optional.empty();
        for (String entry : header.split(",")) {
            String preference = entry.split(";", 2)[0].trim();
            int equals = preference.indexOf('=');
            String name =
                    equals < 0 ? preference : preference.substring(0, equals).trim();
            String value =
                    equals < 0 ? "" : preference.substring(equals + 1).trim().replace("\"", "");
            // The first of a kind counts.
            if (name.equalsIgnoreCase("respond-async")) {
                isAsync = true;
            } else if (name.equalsIgnoreCase("wait") && waitLimit.isEmpty() && isNumber(value)) {
                waitLimit = Optional.of(Duration.ofSeconds(Long.parseLong(value)));
            }
        }
        return new Preferences(isAsync, waitLimit);
    }

    private static boolean isNumber(String value) {
        return !value.isEmpty()
                && value.length() <= MOST_DIGITS
                && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** What of it is done, when an early answer is given. */
    public String applied() {
        return "respond-async"
                + waitLimit.map(time -> ", wait=" + time.toSeconds()).orElse("");
    }
}
