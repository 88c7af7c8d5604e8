package io.sommelier.bench;

import io.sommelier.bench.rows.Catalogue;
import io.sommelier.bench.rows.JsonReport;
import io.sommelier.bench.rows.RowResult;
import io.sommelier.bench.rows.Scenario;
import io.sommelier.bench.rows.TextReport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Measures Sommelier beside baselines: {@code README.md} says what, and how to read it. */
public final class Bench {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Bench() {}

    /**
     * Exits with 0, with 1 when a row could not be measured, with 2 when the command line is wrong. Missed aims are no
     * failure.
     */
    public static void main(String[] args) throws Exception {
        List<String> words = Arrays.asList(args);
        String first = words.isEmpty() ? "" : words.get(0);
        try {
            switch (first) {
                case "jmh" ->
                    org.openjdk.jmh.Main.main(words.subList(1, words.size()).toArray(String[]::new));
                case "party" -> ByHand.run(words.subList(1, words.size()));
                case "--help", "-h" -> System.out.println(Options.USAGE);
                default -> System.exit(measure(Options.of(words)) ? 0 : 1);
            }
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench: " + wrong.getMessage());
            System.err.println(Options.USAGE);
            System.exit(2);
        }
    }

    private static boolean measure(Options options) throws IOException {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "warn");
        }
        List<Scenario> chosen = Catalogue.scenarios().stream()
                .filter(scenario -> scenario.rows().stream().anyMatch(options::wants))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no row starts with " + String.join(" or ", options.rows()));
        }
        if (options.list()) {
            chosen.forEach(scenario -> scenario.rows().forEach(System.out::println));
            return true;
        }
        boolean whole = true;
        List<RowResult> results = new ArrayList<>();
        for (Scenario scenario : chosen) {
            try {
                for (RowResult result : scenario.run(options.plan())) {
                    System.out.println(TextReport.of(result));
                    results.add(result);
                }
            } catch (IllegalStateException failure) { // the other rows are worth having
                System.err.println(String.join(", ", scenario.rows()) + ": " + failure.getMessage());
                whole = false;
            }
            if (options.json().isPresent()) {
                Files.writeString(options.json().get(), JsonReport.of(results));
            }
        }
        return whole;
    }
}
