package io.sommelier.camel;

import io.sommelier.api.Command;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the values of options and headers, which are of their own type or text. Stateless. */
final class OptionValues {
    /** What is allowed for a flag. */
    static final String FLAG = "true or false";

    /** What is allowed for a time to live. */
    static final String TTL = "1ms to 168h, as 250ms, 5s, 2m or 1h, or a number of milliseconds";

    private static final Pattern TIME = Pattern.compile("([0-9]{1,12})\\s*(ms|s|m|h|)");

    private OptionValues() {}

    static boolean flag(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        String text = value.toString().trim();
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException();
        }
        return Boolean.parseBoolean(text);
    }

    static Duration ttl(Object value) {
        Duration ttl;
        if (value instanceof Duration duration) {
            ttl = duration;
        } else {
            Matcher time = TIME.matcher(value.toString().trim());
            if (!time.matches()) {
                throw new IllegalArgumentException();
            }
            long amount = Long.parseLong(time.group(1));
            ttl = switch (time.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofMillis(amount);
            };
        }
        if (ttl.isNegative() || ttl.isZero() || ttl.compareTo(Command.MAX_TTL) > 0) {
            throw new IllegalArgumentException();
        }
        return ttl;
    }

    static int number(Object value, int least, int most) {
        long number = Long.parseLong(value.toString().trim());
        if (number < least || number > most) {
            throw new IllegalArgumentException();
        }
        return (int) number;
    }
}
