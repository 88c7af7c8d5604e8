package io.sommelier.shell;

import java.time.Duration;

/** A time as a column shows it: its two greatest units, {@code 250ms}, {@code 12s}, {@code 3m 5s}, {@code 2h 4m} or {@code 3d 2h}. */
final class Span {
    private Span() {}

    static String of(Duration time) {
        if (time.toSeconds() < 1) {
            return time.toMillis() + "ms";
        }
        if (time.toMinutes() < 1) {
            return time.toSeconds() + "s";
        }
        if (time.toHours() < 1) {
            return time.toMinutes() + "m " + time.toSecondsPart() + "s";
        }
        if (time.toDays() < 1) {
            return time.toHours() + "h " + time.toMinutesPart() + "m";
        }
        return time.toDays() + "d " + time.toHoursPart() + "h";
    }
}
