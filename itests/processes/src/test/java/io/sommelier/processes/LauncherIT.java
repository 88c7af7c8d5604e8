package io.sommelier.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with the assembly: one in the background for all tests, which are asked in their order. */
@Timeout(400)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LauncherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Elsewhere ELSEWHERE = new Elsewhere("launcher");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ID = "01234567-89ab-4cde-8f01-23456789abcd";
    private static final String OTHER_ID = "01234567-89ab-4cde-8f01-23456789abce";
    private static Program started;

    @BeforeAll
    @Timeout(400)
    static void start() {
        started = run("./sommelier start");
        assertThat(started.exitCode()).as("%s", started.lines()).isZero();
    }

    @AfterAll
    @Timeout(120)
    static void stop() {
        run("./sommelier stop");
    }

    private static Program run(String commandLine) {
        return Program.run(commandLine, ELSEWHERE.environment());
    }

    private static Program begin(String commandLine) {
        return Program.start(commandLine, ELSEWHERE.environment());
    }

    private static long pidOf(String name) throws IOException {
        return Long.parseLong(Files.readString(ELSEWHERE.file("default/launcher/" + name + ".pid"))
                .trim());
    }

    /** Not so a process that has ended and whose parent does not look. */
    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    // ---- while it runs ----

    @Test
    @Order(1)
    void startReturnsWhenACommandCanBeAnswered() {
        assertThat(started.lines().get(0)).matches("Sommelier .* answers, [0-9.]+ s after the start: .*");

        Program sender = run("echo hello | ./sommelier send cellar pour");

        assertThat(sender.exitCode()).isZero();
        assertThat(sender.lines()).contains("  \"text\": \"hello\\n\"");
    }

    @Test
    @Order(1)
    void aLineOfTheShellHasAnExitCode() {
        Program fine = run("./sommelier shell sommelier:target-list --no-format");
        assertThat(fine.exitCode()).isZero();
        assertThat(fine.lastLine()).matches("cellar\\s+1\\s+1\\s+0");

        Program unknown = run("./sommelier shell no:such");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.lastLine()).isEqualTo("Command not found: no:such");

        Program failed = run("./sommelier shell sommelier:command-send cellar fail 'no matter'");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.lastLine()).startsWith("HANDLER_FAILED (EXECUTED at EXECUTION)");
    }

    @Test
    @Order(1)
    void theShellTakesWordsAsTheyAreAndLinesFromItsInput() {
        Program words = run("./sommelier shell sommelier:command-send cellar pour \"two 'quoted' words\"");
        assertThat(words.lines()).contains("  \"text\": \"two 'quoted' words\"");

        Program lines = run("printf 'echo one\\necho two\\n' | ./sommelier shell");
        assertThat(lines.lines()).containsExactly("one", "two");
    }

    @Test
    @Order(1)
    void aLineOfTheShellEndsWithinItsLimit() {
        Program slow = run("./sommelier shell --limit 1 'sleep 600'");

        assertThat(slow.exitCode()).isEqualTo(124);
        assertThat(slow.lastLine()).isEqualTo("shell: no end within 1 s");
    }

    @Test
    @Order(1)
    void anInstanceIsStartedOnce() throws IOException {
        for (String again : List.of("run", "start")) {
            Program second = run("./sommelier " + again);

            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.lines())
                    .containsExactly(
                            "sommelier: the instance default is running already, pid " + pidOf("controller") + ".");
        }
    }

    @Test
    @Order(1)
    void aPortThatIsTakenIsNamedWithItsOwner() {
        Program second = run("./sommelier start --instance twin");

        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.lines())
                .contains("sommelier: the controller cannot start:")
                .contains("  http: port " + ELSEWHERE.port(8080) + " is taken, by the instance default")
                .contains("  tcp: port " + ELSEWHERE.port(7007) + " is taken, by the instance default");
        assertThat(run("./sommelier status --instance twin").exitCode()).isEqualTo(3);
    }

    @Test
    @Order(1)
    void aPortThatSomebodyElseHasIsTheOnlyOneNamed() throws IOException {
        int taken = ELSEWHERE.port(8101) + 100;
        try (ServerSocket socket = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
            assertThat(socket.isBound()).isTrue();

            Program second = run("./sommelier start --instance other --port-offset 100");

            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.lines())
                    .filteredOn(line -> line.contains(" is taken"))
                    .singleElement()
                    .asString()
                    .startsWith("  ssh: port " + taken + " is taken");
        }
    }

    @Test
    @Order(1)
    void whatIsNotKnownIsNamed() {
        assertThat(run("./sommelier serve").exitCode()).isEqualTo(2);
        for (String wrong : List.of(
                "run --nonsense",
                "start --nonsense",
                "status --nonsense",
                "stop --nonsense",
                "run --instance",
                "run --instance ../up",
                "status --port-offset many",
                "shell --limit none true")) {
            Program refused = run("./sommelier " + wrong);

            assertThat(refused.exitCode()).as("%s: %s", wrong, refused.lines()).isEqualTo(2);
            assertThat(refused.lastLine()).isEqualTo("sommelier: try --help");
        }
        assertThat(run("./sommelier send --instance nobody cellar pour").lastLine())
                .isEqualTo("sommelier: there is no instance nobody. ./sommelier start --instance nobody makes one.");
    }

    @Test
    @Order(1)
    void aJavaThatKarafDoesNotRunOnIsRefused(@TempDir Path jdk) throws IOException {
        script(jdk.resolve("bin/java"), "echo 'openjdk version \"25.0.1\" 2026-01-20' >&2");
        Program tooNew = run("JAVA_HOME=" + jdk + " ; export JAVA_HOME; ./sommelier run --instance other");
        assertThat(tooNew.exitCode()).isEqualTo(1);
        assertThat(tooNew.lastLine()).contains("Karaf needs Java 17 to 21").contains("25.0.1");

        script(jdk.resolve("bin/java"), "echo 'java version \"1.8.0_392\"' >&2");
        Program tooOld = run("JAVA_HOME=" + jdk + " ; export JAVA_HOME; ./sommelier start --instance other");
        assertThat(tooOld.exitCode()).isEqualTo(1);
        assertThat(tooOld.lastLine()).contains("Java 17 or newer").contains("1.8.0_392");

        Program none = run("JAVA_HOME=" + jdk + "/no ; export JAVA_HOME; ./sommelier run --instance other");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.lastLine()).contains("there is no bin/java");
    }

    @Test
    @Order(1)
    void withoutJavaOrMavenItIsSaidWhatToInstall(@TempDir Path tree) throws IOException {
        // A tree in which nothing is built yet, and a PATH with what every system has.
        Files.copy(Program.file("sommelier"), tree.resolve("sommelier"));
        Files.copy(Program.file("pom.xml"), tree.resolve("pom.xml"));
        for (String module : List.of("karaf-assembly", "itests/remote", "bundles/examples/demo-connector")) {
            Files.createDirectories(tree.resolve(module));
            Files.copy(Program.file(module + "/pom.xml"), tree.resolve(module + "/pom.xml"));
        }
        Path path = Files.createDirectories(tree.resolve("path"));
        for (String tool :
                List.of("bash", "env", "sed", "head", "readlink", "dirname", "find", "mktemp", "rm", "cat")) {
            link(path, tool);
        }
        Map<String, String> environment = new TreeMap<>(ELSEWHERE.environment());
        environment.put("PATH", path.toString());
        environment.put("JAVA_HOME", "");

        Program withoutJava = Program.run(tree.resolve("sommelier") + " run", environment);
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        Program withoutMaven = Program.run(tree.resolve("sommelier") + " run", environment);

        assertThat(withoutJava.exitCode()).isEqualTo(1);
        assertThat(withoutJava.lastLine()).startsWith("sommelier: no Java found. Install a JDK");
        assertThat(withoutMaven.exitCode()).isEqualTo(1);
        assertThat(withoutMaven.lines()).anyMatch(line -> line.startsWith("sommelier: no Maven found."));
    }

    private static void script(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void link(Path directory, String tool) throws IOException {
        for (String place : System.getenv("PATH").split(":")) {
            Path found = Path.of(place, tool);
            if (Files.isExecutable(found)) {
                Files.createSymbolicLink(directory.resolve(tool), found);
                return;
            }
        }
    }

    // ---- when something dies ----

    @Test
    @Order(2)
    void killingTheConnectorTellsTheCallerAtOnceThatTheOutcomeIsUnknown() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = post("slow", "{\"millis\":600000}", "1h", ID);
        awaitState(ID, "DISPATCHED");

        ProcessHandle.of(pidOf("demo")).orElseThrow().destroyForcibly();

        HttpResponse<String> failed = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(failed.body()).contains("\"code\":\"MEMBER_GONE\"").contains("\"outcome\":\"UNKNOWN\"");
        assertThat(run("./sommelier status").lines()).noneMatch(line -> line.contains("demo"));
    }

    @Test
    @Order(3)
    void aCommandWaitsForAConnectorThatComesLate() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = post("pour", "late", "5m", OTHER_ID);
        awaitState(OTHER_ID, "WAITING");

        try (Program connector = begin("./sommelier connector cellar --id late")) {
            connector.awaitLine("connected to ..., serves cellar");

            HttpResponse<String> poured = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(poured.statusCode()).isEqualTo(200);
            assertThat(poured.body()).contains("\"instance\": \"late\"");
            assertThat(connector.terminate().awaitEnd()).isEqualTo(143);
        }
    }

    private static CompletableFuture<HttpResponse<String>> post(
            String operation, String body, String ttl, String commandId) {
        return HTTP.sendAsync(
                HttpRequest.newBuilder(commands("cellar/" + operation))
                        .header("Sommelier-Ttl", ttl)
                        .header("Sommelier-Command-Id", commandId)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static URI commands(String path) {
        return URI.create("http://127.0.0.1:" + ELSEWHERE.port(8080) + "/commands/" + path);
    }

    private static void awaitState(String commandId, String state) {
        HttpRequest look = HttpRequest.newBuilder(commands(commandId)).build();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(HTTP.send(look, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .contains("\"state\":\"" + state + "\""));
    }

    @Test
    @Order(4)
    void whatALauncherLeftBehindIsStoppedAllTheSame() throws IOException {
        long controller = pidOf("controller");
        ProcessHandle launcher =
                ProcessHandle.of(controller).flatMap(ProcessHandle::parent).orElseThrow();
        launcher.destroyForcibly();

        assertThat(run("./sommelier status").exitCode()).isZero();
        Program stop = run("./sommelier stop");

        assertThat(stop.exitCode()).as("%s", stop.lines()).isZero();
        assertThat(stop.lastLine()).isEqualTo("sommelier: stopped, pid " + controller);
        assertThat(isAlive(controller)).isFalse();
        assertThat(run("./sommelier status").exitCode()).isEqualTo(3);
        assertThat(run("./sommelier stop").exitCode()).isZero();
        assertThat(run("./sommelier shell echo hello").exitCode()).isEqualTo(3);
    }

    @Test
    @Order(5)
    void aNewerAssemblyKeepsDataAndEditedSettings() throws IOException {
        Path settings = ELSEWHERE.file("default/etc/io.sommelier.controller.cfg");
        Files.writeString(settings, Files.readString(settings) + "\nstreamIdle = 31s\n");
        Files.writeString(ELSEWHERE.file("default/data/kept"), "by somebody");
        Path program = ELSEWHERE.file("default/bin/karaf");
        Files.writeString(program, "of an older assembly");
        Path stale = ELSEWHERE.file("default/launcher/controller.pid");
        Files.writeString(stale, Long.toString(ProcessHandle.current().pid()));
        Files.delete(ELSEWHERE.file("default/launcher/unpacked")); // as if the archive were newer

        Program again = run("./sommelier start --no-demo");

        assertThat(again.exitCode()).as("%s", again.lines()).isZero();
        assertThat(again.lines()).noneMatch(line -> line.contains("was edited"));
        assertThat(settings).content().contains("streamIdle = 31s");
        assertThat(ELSEWHERE.file("default/data/kept")).hasContent("by somebody");
        assertThat(program).content().startsWith("#!/bin/sh");
        assertThat(run("./sommelier shell 'config:property-get --pid io.sommelier.controller streamIdle'")
                        .lastLine())
                .isEqualTo("31s");
        assertThat(run("./sommelier status").lines()).noneMatch(line -> line.contains("demo"));
    }

    @Test
    @Order(6)
    void aControllerThatDiesIsSaidWithWhatItSaid() throws IOException {
        long controller = pidOf("controller");
        Path output = ELSEWHERE.file("default/launcher/output.log");

        ProcessHandle.of(controller).orElseThrow().destroyForcibly();

        await().atMost(PATIENCE)
                .until(() -> Files.readString(output).contains("the controller ended with exit code 137"));
        assertThat(run("./sommelier status").exitCode()).isEqualTo(3);
    }

    @Test
    @Order(7)
    void aStartThatFailsSaysWhy() throws IOException {
        Program failed = run("SOMMELIER_OPTS=-Xmx1g-and-more; export SOMMELIER_OPTS; ./sommelier start");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.lines())
                .anyMatch(line -> line.contains("the controller did not come up"))
                .anyMatch(line -> line.contains("Invalid maximum heap size"));
    }
}
