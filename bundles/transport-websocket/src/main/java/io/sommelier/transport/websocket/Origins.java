package io.sommelier.transport.websocket;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * From which web pages the controller may be dialled. A browser lets every page dial every host, and says in {@code Origin} which page it is (RFC 6455, 10.2); other
 * clients say nothing there. Immutable.
 *
 * @param allowed origins beside that of the own host, in lower case, such as {@code https://shop.example}; {@code *} stands for all
 */
public record Origins(Set<String> allowed) {
    /** Pages of the host that is dialled, and clients that are no browsers. */
    public static final Origins SAME_HOST = new Origins(Set.of());

    private static final String ORIGIN = "[a-z][a-z0-9+.-]*://[^/\\s,@?#]+";

    /** @throws IllegalArgumentException when something is no origin; it names it, and what is allowed */
    public Origins {
        for (String origin : allowed) {
            if (!origin.equals("*") && !origin.matches(ORIGIN)) {
                throw new IllegalArgumentException(
                        origin + " (allowed: scheme://host or scheme://host:port, or *, and commas)");
            }
        }
        allowed = Set.copyOf(allowed);
    }

    /**
     * Reads origins with commas between.
     *
     * @throws IllegalArgumentException when something is no origin; it names it, and what is allowed
     */
    public static Origins parse(String text) {
        Set<String> origins = new TreeSet<>();
        for (String word : text.split(",")) {
            if (!word.isBlank()) {
                origins.add(word.strip().toLowerCase(Locale.ROOT));
            }
        }
        return new Origins(origins);
    }

    /**
     * Whether a client may dial.
     *
     * @param origin what it says in {@code Origin}, or {@code null} where it says nothing
     * @param host what it says in {@code Host}
     */
    boolean allow(String origin, String host) {
        if (origin == null || allowed.contains("*")) {
            return true;
        }
        String page = origin.toLowerCase(Locale.ROOT);
        if (allowed.contains(page)) {
            return true;
        }
        int authority = page.indexOf("://");
        return authority > 0 && page.substring(authority + 3).equals(host.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return allowed.isEmpty() ? "same host" : "same host, " + String.join(", ", new TreeSet<>(allowed));
    }
}
