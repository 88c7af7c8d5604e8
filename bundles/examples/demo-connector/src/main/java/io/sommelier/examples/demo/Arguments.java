package io.sommelier.examples.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The arguments of a command line. Each method throws {@link IllegalArgumentException}, with what is wrong, where something is. */
final class Arguments {
    private final List<String> positionals = new ArrayList<>();
    private final Map<String, List<String>> options = new HashMap<>();
    private final Set<String> flags = new HashSet<>();

    private Arguments() {}

    /** Reads options with a value, {@code --name value} or {@code --name=value}, flags without, and what is neither; behind {@code --} nothing is an option. */
    static Arguments parse(String[] arguments, Set<String> valued, Set<String> unvalued) {
        Arguments read = new Arguments();
        boolean optionsEnded = false;
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (optionsEnded || argument.equals("-") || !argument.startsWith("-")) {
                read.positionals.add(argument);
            } else if (argument.equals("--")) {
                optionsEnded = true;
            } else if (unvalued.contains(argument)) {
                read.flags.add(argument);
            } else if (!valued.contains(name)) {
                throw new IllegalArgumentException("there is no option " + name);
            } else if (equals >= 0) {
                read.add(name, argument.substring(equals + 1));
            } else if (++i < arguments.length) {
                read.add(name, arguments[i]);
            } else {
                throw new IllegalArgumentException(name + " needs a value");
            }
        }
        return read;
    }

    private void add(String name, String value) {
        options.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    List<String> options(String name) {
        return options.getOrDefault(name, List.of());
    }

    /** The value of an option that is given once at most. */
    Optional<String> option(String name) {
        List<String> values = options(name);
        if (values.size() > 1) {
            throw new IllegalArgumentException(name + " is given " + values.size() + " times, allowed is once");
        }
        return values.stream().findFirst();
    }

    String positional(int index, String name) {
        if (index >= positionals.size()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return positionals.get(index);
    }

    Optional<String> optionalPositional(int index) {
        return index < positionals.size() ? Optional.of(positionals.get(index)) : Optional.empty();
    }

    void noMoreThan(int count) {
        if (positionals.size() > count) {
            throw new IllegalArgumentException("'" + positionals.get(count) + "' is one argument too many");
        }
    }

    /** Reads {@code 250ms}, {@code 5s}, {@code 2m} or {@code 1h}. */
    static Duration duration(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        if (digits > 0 && digits <= 12) {
            long amount = Long.parseLong(text.substring(0, digits));
            switch (text.substring(digits)) {
                case "ms":
                    return Duration.ofMillis(amount);
                case "s":
                    return Duration.ofSeconds(amount);
                case "m":
                    return Duration.ofMinutes(amount);
                case "h":
                    return Duration.ofHours(amount);
                default:
                    break;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is no time, allowed are 250ms, 5s, 2m or 1h");
    }

    static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("'" + text + "' is no port, allowed are 0 to 65535");
        }
    }

    /** Makes an instance id unique enough for a program that somebody starts by hand. */
    static String randomSuffix() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    }
}
