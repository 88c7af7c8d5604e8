package io.sommelier.http.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Reads settings key by key, and collects every violation before it complains. Confined to one thread. */
final class SettingValues {
    private final Map<String, ?> values;
    private final List<String> violations = new ArrayList<>();

    SettingValues(Map<String, ?> values) {
        this.values = values;
    }

    int integer(String key, int defaultValue, int least, int most) {
        return (int) number(key, defaultValue, least, most);
    }

    long number(String key, long defaultValue, long least, long most) {
        return read(key, defaultValue, least + " to " + most, Long::parseLong, v -> v >= least && v <= most);
    }

    Duration duration(String key, Duration defaultValue, Duration least, Duration most) {
        return read(
                key,
                defaultValue,
                text(least) + " to " + text(most) + ", as 250ms, 5s, 2m or 1h",
                SettingValues::parse,
                v -> v.compareTo(least) >= 0 && v.compareTo(most) <= 0);
    }

    String text(String key, String defaultValue) {
        return read(key, defaultValue, "a text", Function.identity(), v -> true);
    }

    void violation(String text) {
        violations.add(text);
    }

    /** @throws IllegalArgumentException naming every violation: key, value, and what is allowed; when there is any */
    void check() {
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(HttpSettings.PID + ": " + String.join("; ", violations));
        }
    }

    private <T> T read(String key, T defaultValue, String allowed, Function<String, T> parse, Predicate<T> inRange) {
        Object raw = values.get(key);
        if (raw == null) {
            return defaultValue;
        }
        String trimmed = raw.toString().trim();
        try {
            T value = parse.apply(trimmed);
            if (inRange.test(value)) {
                return value;
            }
        } catch (IllegalArgumentException notOfThatForm) {
            // the violation below says what is allowed
        }
        violations.add(key + " = " + trimmed + " (allowed: " + allowed + ")");
        return defaultValue;
    }

    private static Duration parse(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits == 0 || digits > 12) {
            throw new IllegalArgumentException(text);
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits).trim()) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
