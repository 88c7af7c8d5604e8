package io.sommelier.karaf;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What is bad in a log. */
final class Complaints {
    /** A line starts with the time and the level. */
    private static final Pattern COMPLAINT = Pattern.compile("[-0-9T:,]+ \\| (WARN|ERROR|FATAL) .*");

    private static final Pattern OF_OURS = Pattern.compile(".*( - io\\.sommelier\\.|\\| sommelier-).*");

    private static final Predicate<String> FRAME =
            Pattern.compile("\\s+at [\\w.$/]+\\(.*").asMatchPredicate();

    private Complaints() {}

    /** Every warning and error, and every line of a stack trace. */
    static List<String> all(List<String> log) {
        return log.stream()
                .filter(line -> COMPLAINT.matcher(line).matches() || FRAME.test(line))
                .toList();
    }

    /** The warnings and errors of our bundles and threads, and every line of a stack trace that has been in our classes. */
    static List<String> ours(List<String> log) {
        return all(log).stream()
                .filter(line -> OF_OURS.matcher(line).matches() || FRAME.test(line) && line.contains("io.sommelier"))
                .toList();
    }
}
