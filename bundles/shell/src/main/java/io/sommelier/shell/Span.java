package io.sommelier.shell;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A time as a column shows it: its two greatest units, {@code 250ms}, {@code 12s}, {@code 3m 5s}, {@code 2h 4m} or {@code 3d 2h}. */
final class Span {
    private static final List<String> UNITS = List.of("us", "ms", "s");

    private Span() {}

    /** A time that is mostly short, as three figures: {@code 0.42us}, {@code 184us}, {@code 5.81ms}, {@code 1.20s}; from 1000 seconds on as {@link #of}. */
    static String brief(Duration time) {
        double amount = time.toNanos() / 1e3;
        for (String unit : UNITS) {
            if (amount < 999.5) {
                return String.format(
                        Locale.ROOT, amount < 9.995 ? "%.2f%s" : amount < 99.95 ? "%.1f%s" : "%.0f%s", amount, unit);
            }
            amount /= 1e3;
        }
        return of(time);
    }

    /**
     * A time as configuration files have it.
     *
     * @throws IllegalArgumentException naming the option when it is none
     */
    static Duration parse(String option, String text) {
        String number = text.replaceAll("(ms|s|m|h)$", "");
        if (number.equals(text) || number.length() > 12 || !number.matches("[0-9]+")) {
            throw new IllegalArgumentException(option + " '" + text + "' is no time, allowed are 250ms, 5s, 2m or 1h");
        }
        long amount = Long.parseLong(number);
        return switch (text.substring(number.length())) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

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
