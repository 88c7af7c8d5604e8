package io.sommelier.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the README shows is what happens when it is pasted: three processes, real input. */
@Timeout(300)
class ReadmeIT {

    /** A command of the README with the output it promises. */
    private record Step(String command, List<String> output) {
        boolean keepsRunning() {
            return command.startsWith("./sommelier run") || command.startsWith("./sommelier connector");
        }
    }

    @Test
    void everyCommandOfTheReadmePrintsWhatTheReadmeShows() throws IOException {
        List<Step> steps = steps();
        List<Program> running = new ArrayList<>();
        try {
            for (Step step : steps) {
                Program program = Program.start(step.command);
                if (step.keepsRunning()) {
                    running.add(program);
                    step.output.forEach(program::awaitLine);
                } else {
                    program.awaitEnd();
                    checkOutput(step, program.lines());
                }
            }
            assertThat(steps).as("the README shows commands").hasSizeGreaterThan(6);

            for (int i = running.size() - 1; i >= 0; i--) {
                running.get(i).terminate().awaitEnd();
            }
            assertThat(running.get(0).lines()).contains("stopped");
            assertThat(running.get(0).lines()).noneMatch(line -> line.contains("WARN") || line.contains("Exception"));
        } finally {
            running.forEach(Program::close);
        }
    }

    private static void checkOutput(Step step, List<String> printed) {
        int at = 0;
        for (String expected : step.output) {
            assertThat(printed).as("%s prints enough lines", step.command).hasSizeGreaterThan(at);
            assertThat(printed.get(at)).as(step.command).matches(Program.pattern(expected));
            at++;
        }
        assertThat(printed).as("%s prints nothing more", step.command).hasSize(at);
    }

    private static List<Step> steps() throws IOException {
        List<Step> steps = new ArrayList<>();
        boolean inSection = false;
        boolean inBlock = false;
        for (String line : Files.readAllLines(Program.file("README.md"))) {
            if (line.startsWith("## ")) {
                inSection = line.equals("## Try it");
            } else if (line.startsWith("```")) {
                inBlock = line.equals("```console");
            } else if (inSection && inBlock && line.startsWith("$ ")) {
                steps.add(new Step(line.substring(2), new ArrayList<>()));
            } else if (inSection && inBlock) {
                steps.get(steps.size() - 1).output.add(line);
            }
        }
        return steps;
    }
}
