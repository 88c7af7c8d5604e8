package io.sommelier.bench.party;

import java.util.List;
import java.util.Locale;

/** What carries the connections of a row. */
public enum Over {
    /** Plain sockets. */
    TCP,
    /** Sockets with TLS. */
    TLS,
    /** Binary messages of WebSockets. */
    WEBSOCKET,
    /** Text messages of WebSockets, a JSON object each. */
    JSON;

    /** As it is written on a command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What {@code --over} names of those that are allowed; the first where it is not given. */
    public static Over of(Arguments arguments, Over... allowed) {
        return valueOf(arguments
                .choice("over", List.of(allowed).stream().map(Over::word).toArray(String[]::new))
                .toUpperCase(Locale.ROOT));
    }
}
