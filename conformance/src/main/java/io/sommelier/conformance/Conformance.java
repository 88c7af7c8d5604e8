package io.sommelier.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Starts somebody's connector against a controller that follows a script, and says which rules of the protocol it keeps. */
public final class Conformance {
    private static final String USAGE = """
            Usage: conformance [OPTIONS] COMMAND [ARGUMENTS]

            Starts the connector COMMAND, in whatever language it is written, against a scripted controller, again
            and again, and says of each rule of the wire protocol whether it keeps it.

            COMMAND has to dial {url}, or {host} and {port}, and to serve {target}: these stand in its arguments for
            what they are, and it finds them in SOMMELIER_URL, SOMMELIER_HOST, SOMMELIER_PORT and SOMMELIER_TARGET.
            What it does not serve of these operations is not checked:
              pour    answers with what it got: a text stands in the answer
              slow    answers after a time, fails when it gets no JSON:  {"millis":300}
              count   streams so many parts of at most 128 bytes each:   {"to":5}
              fail    fails
              sommelier.health   says how it is

            Options:
              --transport NAME   tcp; websocket: binary messages; json: the JSON form over WebSocket; default tcp
              --only RULE        look at this rule alone; may be repeated
              --list             print the rules
              --help             print this

            The exit code is 0 when no rule is broken, 1 when one is, 2 when the arguments are wrong.
            """;
    private static final String TARGET = "conformance";
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int OUTPUT_LINES = 10;

    private final Set<String> only = new LinkedHashSet<>();
    private Listener.Transport transport = Listener.Transport.TCP;
    private List<String> command = List.of();

    private Conformance() {}

    /** The program. */
    public static void main(String[] arguments) throws IOException {
        int exitCode;
        try {
            exitCode = new Conformance().run(arguments);
        } catch (IllegalArgumentException | UncheckedIOException problem) {
            System.err.println("conformance: " + problem.getMessage());
            System.err.println("Try --help.");
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    private int run(String[] arguments) throws IOException {
        if (isDone(arguments)) {
            return 0;
        }
        Path output = Files.createTempFile("connector", ".out");
        try {
            Program probe = new Program(command, TARGET, output);
            probe.start(transport, 1); // a command that does not exist is no broken rule
            probe.stop();
            return report(
                    new Report(System.out).run(chosen(spoken()), chosen(Rules.slow()), () -> kit(output)), output);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private Kit kit(Path output) {
        Program program = new Program(command, TARGET, output);
        Runtime.getRuntime().addShutdownHook(new Thread(program::stop, "stop-connector"));
        return new Kit(program, transport, LIMIT);
    }

    private static int report(List<Report.Line> lines, Path output) throws IOException {
        long broken = Report.count(lines, Report.Finding.BROKEN);
        if (broken > 0) {
            List<String> tail = Program.tail(output, OUTPUT_LINES);
            System.out.println(tail.isEmpty() ? "The connector printed nothing." : "What the connector printed last:");
            tail.forEach(line -> System.out.println("  | " + line));
        }
        System.out.printf(
                "%d rules: %d kept, %d broken, %d not checked%n",
                lines.size(),
                Report.count(lines, Report.Finding.KEPT),
                broken,
                Report.count(lines, Report.Finding.NOT_CHECKED));
        return broken > 0 ? 1 : 0;
    }

    /** What is looked at over this transport. */
    private List<Rule> spoken() {
        return transport == Listener.Transport.JSON
                ? Stream.concat(Rules.all().stream(), Rules.ofJson().stream()).toList()
                : Rules.all();
    }

    /** All rules, of every transport. */
    private static Stream<Rule> every() {
        return Stream.of(Rules.all(), Rules.ofJson(), Rules.slow()).flatMap(List::stream);
    }

    private List<Rule> chosen(List<Rule> rules) {
        return only.isEmpty()
                ? rules
                : rules.stream().filter(rule -> only.contains(rule.id())).toList();
    }

    /** Reads the arguments; {@code true} when nothing is left to do. */
    private boolean isDone(String[] arguments) {
        List<String> left = new ArrayList<>(List.of(arguments));
        while (!left.isEmpty() && left.get(0).startsWith("-")) {
            String option = left.remove(0);
            switch (option) {
                case "--help" -> {
                    System.out.print(USAGE);
                    return true;
                }
                case "--list" -> {
                    every().forEach(rule ->
                            System.out.printf("%-26s §%-2d  %s%n", rule.id(), rule.section(), rule.sentence()));
                    return true;
                }
                case "--transport" -> transport = Listener.Transport.of(value(option, left));
                case "--only" -> only.add(known(value(option, left)));
                default -> throw new IllegalArgumentException("there is no option " + option);
            }
        }
        if (left.isEmpty()) {
            throw new IllegalArgumentException("COMMAND is missing");
        }
        command = left;
        return false;
    }

    private static String value(String option, List<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.remove(0);
    }

    private static String known(String id) {
        if (every().noneMatch(rule -> rule.id().equals(id))) {
            throw new IllegalArgumentException("there is no rule '" + id + "'; --list prints them");
        }
        return id;
    }
}
