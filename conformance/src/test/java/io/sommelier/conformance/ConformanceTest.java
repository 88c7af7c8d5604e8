package io.sommelier.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program as somebody at a terminal meets it. */
@Timeout(300)
class ConformanceTest {
    private static final String JAVA =
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    /** What it printed, its exit code in front. */
    private static String run(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(
                List.of(JAVA, "-XX:TieredStopAtLevel=1", "-cp", CLASS_PATH, Conformance.class.getName()));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return process.exitValue() + " " + printed;
    }

    private static String[] demo(String... options) {
        List<String> line = new ArrayList<>(List.of(options));
        line.addAll(List.of(
                JAVA,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                CLASS_PATH,
                "io.sommelier.examples.demo.DemoConnector",
                "{target}",
                "--controller",
                "{host}:{port}"));
        return line.toArray(String[]::new);
    }

    @Test
    void theConnectorLibraryKeepsAllRules() throws Exception {
        int rules = Rules.all().size() + Rules.slow().size();

        assertThat(run(demo()))
                .startsWith("0 ")
                .endsWith(rules + " rules: %d kept, 0 broken, 0 not checked\n".formatted(rules));
    }

    @Test
    void oneRuleIsLookedAt() throws Exception {
        assertThat(run(demo("--only", "single", "--only", "ping")))
                .startsWith("0 kept ")
                .contains("ping", "single")
                .endsWith("2 rules: 2 kept, 0 broken, 0 not checked\n");
    }

    @Test
    void aProgramThatEndsIsSaidToHaveEndedAndWhatItPrintedIsShown() throws Exception {
        assertThat(run("sh", "-c", "echo no controller at $SOMMELIER_URL; exit 3"))
                .startsWith("1 ")
                .contains("BROKEN", "its program has ended, exit code 3", "  | no controller at tcp://127.0.0.1:")
                .contains(" 0 kept, ");
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        assertThat(run()).startsWith("2 conformance: COMMAND is missing");
        assertThat(run("--nope")).startsWith("2 conformance: there is no option --nope");
        assertThat(run("--only", "nope", "x")).startsWith("2 conformance: there is no rule 'nope'; --list prints them");
        assertThat(run("--transport", "smoke", "x"))
                .startsWith("2 conformance: there is no transport 'smoke'; allowed are tcp, websocket and json");
        assertThat(run("/no/such/program")).startsWith("2 conformance: '/no/such/program' cannot be started");
        assertThat(run("--list")).startsWith("0 hello ").contains("§7", "silence");
    }
}
