package io.sommelier.http.engine;

import io.netty.util.AsciiString;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of the Date header, written anew once a second. Thread-safe. */
final class DateHeader {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;
    private volatile Value value = new Value(-1, AsciiString.EMPTY_STRING);

    DateHeader(Clock clock) {
        this.clock = clock;
    }

    AsciiString now() {
        long second = clock.millis() / 1000;
        Value current = value;
        if (current.second != second) {
            current = new Value(second, new AsciiString(FORMAT.format(Instant.ofEpochSecond(second))));
            value = current;
        }
        return current.text;
    }

    private record Value(long second, AsciiString text) {}
}
