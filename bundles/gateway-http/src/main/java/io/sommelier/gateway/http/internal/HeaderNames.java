package io.sommelier.gateway.http.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A choice of headers: names, and beginnings of names with a {@code *} behind, in any case; and names that are never chosen. Immutable.
 *
 * @param names in lower case
 * @param beginnings in lower case, without the star
 * @param never in lower case
 */
public record HeaderNames(Set<String> names, List<String> beginnings, Set<String> never) {
    /** Those of one connection, those that frame the body, and those that prove who somebody is. */
    private static final Set<String> NEVER = Set.of(
            "authorization",
            "connection",
            "content-length",
            "cookie",
            "expect",
            "host",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "www-authenticate");

    /** Copies the collections. */
    public HeaderNames {
        names = Set.copyOf(names);
        beginnings = List.copyOf(beginnings);
        never = Set.copyOf(never);
    }

    /**
     * Reads a list with commas between.
     *
     * @param own names that are never chosen beside those that are so everywhere, in lower case
     * @throws IllegalArgumentException naming the entry that is no header, or is one that is never chosen
     */
    public static HeaderNames of(String list, Set<String> own) {
        var never = new TreeSet<>(NEVER);
        never.addAll(own);
        var names = new TreeSet<String>();
        var beginnings = new ArrayList<String>();
        for (String entry : list.split(",")) {
            String name = entry.trim().toLowerCase(Locale.ROOT);
            boolean isBeginning = name.endsWith("*");
            String letters = isBeginning ? name.substring(0, name.length() - 1) : name;
            if (name.isEmpty()) {
                continue;
            }
            if (!isToken(letters) && !(isBeginning && letters.isEmpty())) {
                throw new IllegalArgumentException("'" + entry.trim() + "' is no header name");
            }
            if (!isBeginning && never.contains(letters)) {
                throw new IllegalArgumentException("'" + entry.trim() + "' is never passed on");
            }
            if (isBeginning) {
                beginnings.add(letters);
            } else {
                names.add(letters);
            }
        }
        return new HeaderNames(names, beginnings, never);
    }

    /** Whether a header of that name is chosen. */
    public boolean has(String name) {
        String letters = name.toLowerCase(Locale.ROOT);
        if (never.contains(letters)) {
            return false;
        }
        if (names.contains(letters)) {
            return true;
        }
        for (String beginning : beginnings) {
            if (letters.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a text may be the name of a header (RFC 9110, 5.6.2). */
    public static boolean isToken(String text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isAlphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!isAlphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** As a list can be written again, but for names that are never chosen. */
    @Override
    public String toString() {
        var list = new TreeSet<>(names);
        beginnings.forEach(beginning -> list.add(beginning + "*"));
        return String.join(", ", list);
    }
}
