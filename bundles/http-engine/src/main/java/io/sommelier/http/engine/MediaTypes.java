package io.sommelier.http.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Media types without their parameters, such as {@code application/json}, {@code text/*} or {@code *}{@code /*}. Immutable. */
record MediaTypes(List<String> types) {
    static final MediaTypes ANY = new MediaTypes(List.of());

    MediaTypes {
        types = List.copyOf(types);
    }

    /** A list as in an Accept header; null or empty for any. What a client refuses by {@code q=0} is left out. */
    static MediaTypes of(String list) {
        if (list == null || list.isBlank()) {
            return ANY;
        }
        var types = new ArrayList<String>();
        for (String entry : list.split(",")) {
            String[] parts = entry.split(";");
            boolean isRefused = false;
            for (int i = 1; i < parts.length; i++) {
                isRefused |= parts[i].trim().toLowerCase(Locale.ROOT).matches("q=0(\\.0*)?");
            }
            String type = parts[0].trim().toLowerCase(Locale.ROOT);
            if (!type.isEmpty() && !isRefused) {
                types.add(type.equals("*") ? "*/*" : type);
            }
        }
        return new MediaTypes(types.isEmpty() ? List.of("none/none") : types);
    }

    /** Whether one of these is covered by one of those, or the other way round. */
    boolean meets(MediaTypes other) {
        if (types.isEmpty() || other.types.isEmpty()) {
            return true;
        }
        for (String mine : types) {
            for (String its : other.types) {
                if (covers(mine, its) || covers(its, mine)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean covers(String range, String type) {
        return range.equals(type)
                || range.equals("*/*")
                || range.endsWith("/*") && type.startsWith(range.substring(0, range.length() - 1));
    }
}
