package io.sommelier.conformance;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Looks at rules, and says what was found. Thread-safe. */
final class Report {
    /** What was found of a rule. */
    enum Finding {
        KEPT("kept"),
        BROKEN("BROKEN"),
        NOT_CHECKED("not checked");

        private final String text;

        Finding(String text) {
            this.text = text;
        }
    }

    /** A rule, what was found, and how it is broken or why it was not checked; else empty. */
    record Line(Rule rule, Finding finding, String why) {}

    private final PrintStream out;

    /** Nothing can be looked at any more: one finding says more than fifty alike. */
    private volatile boolean hasNeverCome;

    Report(PrintStream out) {
        this.out = out;
    }

    /** Looks at some rules one behind the other, and at the slow ones beside them, each on connectors of its own; gives all lines once it is through. */
    List<Line> run(List<Rule> rules, List<Rule> slow, Supplier<Kit> kits) {
        List<CompletableFuture<List<Line>>> aside =
                slow.stream().map(rule -> aside(rule, kits)).toList();
        List<Line> lines = new ArrayList<>(look(rules, kits));
        aside.forEach(line -> lines.addAll(line.join()));
        return lines;
    }

    private CompletableFuture<List<Line>> aside(Rule rule, Supplier<Kit> kits) {
        return CompletableFuture.supplyAsync(() -> look(List.of(rule), kits), task -> {
            Thread thread = new Thread(task, "rule-" + rule.id());
            thread.setDaemon(true);
            thread.start();
        });
    }

    private List<Line> look(List<Rule> rules, Supplier<Kit> kits) {
        if (rules.isEmpty()) {
            return List.of();
        }
        List<Line> lines = new ArrayList<>();
        try (Kit kit = kits.get()) {
            for (Rule rule : rules) {
                if (hasNeverCome) {
                    lines.add(new Line(rule, Finding.NOT_CHECKED, ""));
                } else {
                    lines.add(look(rule, kit));
                }
            }
        }
        return lines;
    }

    private Line look(Rule rule, Kit kit) {
        Line line;
        try {
            kit.look(rule);
            line = new Line(rule, Finding.KEPT, "");
        } catch (Broken broken) {
            line = new Line(rule, Finding.BROKEN, broken.getMessage());
        } catch (NeverCame neverCame) {
            hasNeverCome = true;
            line = new Line(rule, Finding.BROKEN, neverCame.getMessage());
        } catch (NotChecked notChecked) {
            line = new Line(rule, Finding.NOT_CHECKED, notChecked.getMessage());
        }
        print(line);
        return line;
    }

    private synchronized void print(Line line) {
        out.printf(
                "%-11s  %-26s §%-2d  %s%n",
                line.finding().text,
                line.rule().id(),
                line.rule().section(),
                line.rule().sentence());
        if (!line.why().isEmpty()) {
            out.printf("%13s%s%n", "", line.why());
        }
    }

    static long count(List<Line> lines, Finding finding) {
        return lines.stream().filter(line -> line.finding() == finding).count();
    }
}
