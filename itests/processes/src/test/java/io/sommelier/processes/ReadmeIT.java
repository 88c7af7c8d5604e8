package io.sommelier.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the README shows is what happens when it is pasted: the assembly, its demo connector, real input. */
@Timeout(600)
class ReadmeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Elsewhere ELSEWHERE = new Elsewhere("readme");

    /** A command of the README with the output it promises; a line of three dots stands for any lines. */
    private record Step(String command, List<String> output, boolean followsADrop) {
        boolean keepsRunning() {
            return command.equals("./sommelier run");
        }

        boolean isTheBuild() {
            return command.equals("./sommelier test");
        }

        Pattern expected() {
            StringBuilder regex = new StringBuilder();
            for (String line : output) {
                regex.append(line.equals("...") ? "(.*\n)*" : Program.pattern(line) + "\n");
            }
            return Pattern.compile(regex.toString());
        }

        void check(Program program) {
            String printed =
                    String.join("\n", program.lines()) + (program.lines().isEmpty() ? "" : "\n");
            assertThat(printed).as(command).matches(expected());
        }
    }

    @Test
    void everyCommandOfTheReadmePrintsWhatTheReadmeShows() throws IOException {
        List<Step> steps = steps();
        assertThat(steps).as("the README shows commands").hasSizeGreaterThan(12);
        Program controller = null;
        try {
            for (Step step : steps) {
                if (step.keepsRunning()) {
                    controller = Program.startOnTerminal(step.command, environment());
                    step.output.stream().filter(line -> !line.equals("...")).forEach(controller::awaitLine);
                } else if (step.followsADrop) {
                    // Whoever pastes it by hand takes the second that Karaf takes to find the file.
                    await().atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(200))
                            .untilAsserted(() -> step.check(Program.run(step.command, environment())));
                } else if (!step.isTheBuild()) {
                    step.check(Program.run(step.command, environment()));
                }
            }
            assertThat(controller).as("the README starts a controller").isNotNull();
            theCurlLinesThatAreShownArePrinted(controller);
            ctrlCEndsAll(controller);
            nothingOfOursWarns();
        } finally {
            if (controller != null) {
                controller.close();
            }
        }
    }

    private static void theCurlLinesThatAreShownArePrinted(Program controller) throws IOException {
        List<String> shown = steps().stream()
                .map(Step::command)
                .filter(command -> command.contains("commands/cellar/") && !command.contains("Prefer"))
                .filter(command -> command.startsWith("curl") && !command.contains(":" + ELSEWHERE.port(8180)))
                .toList();

        List<String> printed = controller.lines().stream()
                .map(String::trim)
                .filter(line -> line.startsWith("curl"))
                .toList();
        assertThat(printed).hasSize(3).isEqualTo(shown);
    }

    private static void ctrlCEndsAll(Program controller) {
        List<ProcessHandle> all = controller.descendants();
        assertThat(all).as("Karaf and the connector").hasSizeGreaterThanOrEqualTo(2);

        controller.interrupt();

        assertThat(controller.awaitEnd()).as("%s", controller.lines()).isZero();
        assertThat(controller.lastLine()).isEqualTo("sommelier: stopped");
        assertThat(all).noneMatch(ProcessHandle::isAlive);
    }

    private static void nothingOfOursWarns() throws IOException {
        for (String instance : List.of("default", "two")) {
            Path log = ELSEWHERE.file(instance + "/data/log/karaf.log");

            assertThat(withoutSecondStartOfJmx(Files.readAllLines(log)))
                    .as("%s", log)
                    .noneMatch(line -> line.matches(".*\\| (WARN |ERROR) \\|.* - io\\.sommelier\\..*"))
                    .noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void theCodeThatIsShownIsTheCodeThatRuns() throws IOException {
        String examples = "bundles/examples/%s/src/main/java/io/sommelier/examples/";
        List<String> sources = new ArrayList<>();
        for (String source : List.of(
                examples.formatted("demo-connector") + "demo/DemoOperations.java",
                examples.formatted("greeter") + "greeter/Greeter.java",
                examples.formatted("caller") + "caller/Caller.java")) {
            sources.add(code(Files.readString(Program.file(source)).lines()));
        }

        List<String> shown =
                blocks("```java").stream().map(block -> code(block.stream())).toList();

        assertThat(shown).hasSize(3);
        for (String block : shown) {
            assertThat(sources).as(block).anyMatch(source -> source.contains(block));
        }
    }

    /** Lines without what is before and behind them, and without comments. */
    private static String code(Stream<String> lines) {
        StringBuilder code = new StringBuilder("\n");
        lines.map(String::trim)
                .map(line -> line.replaceFirst("^return Connector", "Connector"))
                .filter(line -> !line.startsWith("/**"))
                .forEach(line -> code.append(line).append('\n'));
        return code.toString();
    }

    @Test
    void everyLinkOfTheReadmeLeadsToAFile() throws IOException {
        List<String> links = Pattern.compile("\\]\\(([^)#]+)\\)")
                .matcher(Files.readString(Program.file("README.md")))
                .results()
                .map(found -> found.group(1))
                .filter(link -> !link.startsWith("http"))
                .toList();

        assertThat(links)
                .isNotEmpty()
                .allSatisfy(link -> assertThat(Program.file(link)).exists());
    }

    // ---- what the README shows ----

    private static List<Step> steps() throws IOException {
        List<Step> steps = new ArrayList<>();
        for (List<String> block : blocks("```console")) {
            boolean isDropped = false;
            for (String line : block) {
                if (line.startsWith("$ ")) {
                    String command = ELSEWHERE.here(line.substring(2));
                    steps.add(new Step(command, new ArrayList<>(), isDropped));
                    isDropped |= command.startsWith("cp ");
                } else {
                    steps.get(steps.size() - 1).output.add(ELSEWHERE.here(line));
                }
            }
        }
        return steps;
    }

    private static List<List<String>> blocks(String opening) throws IOException {
        List<List<String>> blocks = new ArrayList<>();
        List<String> open = null;
        for (String line : Files.readAllLines(Program.file("README.md"))) {
            if (line.equals(opening)) {
                open = new ArrayList<>();
                blocks.add(open);
            } else if (line.startsWith("```")) {
                open = null;
            } else if (open != null) {
                open.add(line);
            }
        }
        return blocks;
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(ELSEWHERE.environment());
        if (!Curl.isInstalled()) {
            environment.put("PATH", Curl.standIn() + ":" + System.getenv("PATH"));
        }
        return environment;
    }

    /** Karaf's JMX server starts twice, and the second may find the port of the first not closed yet: trap 6 of karaf-assembly. Nothing else is left out. */
    private static List<String> withoutSecondStartOfJmx(List<String> lines) {
        List<String> kept = new ArrayList<>();
        boolean isOfJmx = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.contains(" | ")) { // else it belongs to the one before
                isOfJmx = line.contains("org.apache.karaf.management.server")
                        && line.endsWith("Error starting activator")
                        && i + 1 < lines.size()
                        && lines.get(i + 1).startsWith("java.rmi.server.ExportException: Port already in use");
            }
            if (!isOfJmx) {
                kept.add(line);
            }
        }
        return kept;
    }
}
