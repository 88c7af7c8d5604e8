package io.sommelier.bench.party;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What stands behind a party's name: pairs of {@code --key value}. Immutable, but for its note of what was asked for.
 * Not thread-safe.
 */
public final class Arguments {
    private final Map<String, String> values;
    private final TreeSet<String> unread;

    private Arguments(Map<String, String> values) {
        this.values = values;
        this.unread = new TreeSet<>(values.keySet());
    }

    /**
     * Takes the words apart.
     *
     * @throws IllegalArgumentException when they are not pairs
     */
    public static Arguments of(List<String> words) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            String key = words.get(i);
            if (!key.startsWith("--") || i + 1 == words.size()) {
                throw new IllegalArgumentException("expected --key value, found '" + key + "'");
            }
            values.put(key.substring(2), words.get(i + 1));
        }
        return new Arguments(values);
    }

    /** The value, or the default. */
    public String text(String key, String otherwise) {
        unread.remove(key);
        return values.getOrDefault(key, otherwise);
    }

    /**
     * The value, which is one of those; the first is the default.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    public String choice(String key, String... allowed) {
        String text = text(key, allowed[0]);
        if (!List.of(allowed).contains(text)) {
            throw new IllegalArgumentException(
                    "--" + key + " is '" + text + "', allowed are " + String.join(", ", allowed));
        }
        return text;
    }

    /**
     * The value as a number, or the default.
     *
     * @throws IllegalArgumentException when it is none, or less than {@code least}
     */
    public int number(String key, int otherwise, int least) {
        String text = text(key, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(text);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("--" + key + " is '" + text + "', allowed are numbers from " + least);
    }

    /**
     * The value as {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException when it is missing, or not of that form
     */
    public InetSocketAddress address(String key) {
        String text = text(key, "");
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("--" + key + " is '" + text + "', expected HOST:PORT");
        }
        try {
            return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--" + key + " is '" + text + "', expected HOST:PORT", e);
        }
    }

    /** @throws IllegalArgumentException when a key was given that nobody asked for */
    public void allRead() {
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException("there is no --" + unread.first());
        }
    }
}
