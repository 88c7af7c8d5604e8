package io.sommelier.bench;

import io.sommelier.bench.rows.Plan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the command line asks for. Immutable.
 *
 * @param rows names of rows, or what they start with; all when empty
 * @param json where the JSON report goes
 * @param plan how the rows are measured
 * @param list whether the rows are only to be named
 */
record Options(List<String> rows, Optional<Path> json, Plan plan, boolean list) {
    static final String USAGE = """
            Usage: bench [ROWS] [--json FILE] [--rounds N] [--seconds N] [--warmup SECONDS]
                         [--controller HOST:PORT [--controller-pid PID]] [--assembly FILE] [--list]
                   bench party ROLE [--KEY VALUE ...]    one of the processes, by hand; see README.md
                   bench jmh [JMH ARGUMENTS]             microbenchmarks
            ROWS are names, or what names start with: 'tcp', 'tcp-64', 'stream-1-256'.""";

    /**
     * Reads the words of the command line.
     *
     * @throws IllegalArgumentException when one is not understood
     */
    static Options of(List<String> words) {
        List<String> rows = new ArrayList<>();
        Optional<Path> json = Optional.empty();
        Plan plan = Plan.standard();
        boolean list = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                rows.addAll(List.of(word.split(",")));
                continue;
            }
            if (word.equals("--list")) {
                list = true;
                continue;
            }
            if (++i == words.size()) {
                throw new IllegalArgumentException(word + " needs a value");
            }
            String value = words.get(i);
            switch (word) {
                case "--json" -> json = Optional.of(Path.of(value));
                case "--rounds" -> plan = plan.withRounds((int) number(word, value, 1, 1000));
                case "--seconds" -> plan = plan.withWindow(number(word, value, 1, 600) * 1000);
                case "--warmup" -> plan = plan.withWarmUp(number(word, value, 1, 600) * 1000);
                case "--assembly" -> plan = plan.withAssembly(Path.of(value));
                case "--controller" -> plan = plan.against(value, plan.controllerPid());
                case "--controller-pid" ->
                    plan = plan.against(plan.controller(), OptionalLong.of(number(word, value, 1, Integer.MAX_VALUE)));
                default -> throw new IllegalArgumentException("there is no " + word);
            }
        }
        return new Options(List.copyOf(rows), json, plan, list);
    }

    private static long number(String option, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                option + " is '" + value + "', allowed are numbers from " + least + " to " + most);
    }

    /** Whether a row of that name is asked for. */
    boolean wants(String row) {
        return rows.isEmpty() || rows.stream().anyMatch(row::startsWith);
    }
}
