package io.sommelier.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Reads settings key by key, and collects every violation before it complains, so that an operator sees all of them at
 * once. Values may be of their own type or text, as Config Admin and command lines give them; space around a text is
 * cut off. A key that is absent has its default, which is not checked; so has, until {@link #check}, one that is wrong.
 * Keys that nobody reads are left alone. Violations show the value: read no secret by anything but {@link #text}.
 * Confined to one thread.
 *
 * <pre>
 * SettingsReader reader = new SettingsReader("io.sommelier.transport.tcp", properties);
 * int port = reader.integer("port", 7007, 0, 65535);
 * Duration hello = reader.duration("helloLimit", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1));
 * reader.check();
 * </pre>
 */
public final class SettingsReader {
    private final String pid;
    private final Map<String, ?> values;
    private final List<String> violations = new ArrayList<>();

    /**
     * A reader.
     *
     * @param pid whose settings they are, for the message
     * @param values the settings
     */
    public SettingsReader(String pid, Map<String, ?> values) {
        this.pid = pid;
        this.values = values;
    }

    /** A whole number within bounds, both allowed. */
    public int integer(String key, int defaultValue, int least, int most) {
        return (int) number(key, defaultValue, least, most);
    }

    /** A whole number within bounds, both allowed. */
    public long number(String key, long defaultValue, long least, long most) {
        return read(
                key, defaultValue, least + " to " + most, Long::parseLong, value -> value >= least && value <= most);
    }

    /** A time such as {@code 250ms}, {@code 5s}, {@code 2m}, {@code 1h}, within bounds, both allowed. */
    public Duration duration(String key, Duration defaultValue, Duration least, Duration most) {
        return read(
                key,
                defaultValue,
                text(least) + " to " + text(most) + ", as 250ms, 5s, 2m or 1h",
                SettingsReader::parseDuration,
                value -> value.compareTo(least) >= 0 && value.compareTo(most) <= 0);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean defaultValue) {
        return read(
                key,
                defaultValue,
                "true or false",
                value -> {
                    if (!value.equals("true") && !value.equals("false")) {
                        throw new IllegalArgumentException();
                    }
                    return Boolean.valueOf(value);
                },
                value -> true);
    }

    /** Any text; the default where it is absent, not where it is empty. */
    public String text(String key, String defaultValue) {
        return read(key, defaultValue, "a text", Function.identity(), value -> true);
    }

    /** One of some texts. */
    public String choice(String key, String defaultValue, Set<String> allowed) {
        return read(key, defaultValue, "one of " + new TreeSet<>(allowed), Function.identity(), allowed::contains);
    }

    private <T> T read(
            String key,
            T defaultValue,
            String allowed,
            Function<String, T> parse,
            java.util.function.Predicate<T> inRange) {
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
        } catch (RuntimeException notOfThatForm) {
            // the violation below says what is allowed
        }
        violations.add(key + " = " + trimmed + " (allowed: " + allowed + ")");
        return defaultValue;
    }

    /** Adds a violation that only the reader of several keys can see, such as a least above a most. */
    public void violation(String text) {
        violations.add(text);
    }

    /** @throws IllegalArgumentException naming every violation: key, value, and what is allowed; when there is any */
    public void check() {
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(pid + ": " + String.join("; ", violations));
        }
    }

    /**
     * Reads {@code 250ms}, {@code 5s}, {@code 2m} or {@code 1h}: a whole number of at most 12 digits, and its unit.
     *
     * @throws IllegalArgumentException when the text is not of that form
     */
    public static Duration parseDuration(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        if (digits == 0 || digits > 12) {
            throw new IllegalArgumentException("'" + text + "' is no time, allowed are 250ms, 5s, 2m or 1h");
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits).trim()) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> throw new IllegalArgumentException("'" + text + "' is no time, allowed are 250ms, 5s, 2m or 1h");
        };
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
