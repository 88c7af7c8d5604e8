package io.sommelier.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process started from the top of the tree, as a user would; its output, both streams, is kept line by line. Thread-safe. */
final class Program implements AutoCloseable {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    /** For whatever is waited for: a Karaf that starts on a busy machine takes the longest. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final String commandLine;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    private Program(String commandLine, Process process) {
        this.commandLine = commandLine;
        this.process = process;
        this.reader = new Thread(this::read, "output of " + commandLine);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a shell command line, such as {@code echo hello | ./sommelier send cellar pour}. */
    static Program start(String commandLine) {
        return start(commandLine, Map.of());
    }

    /** Starts a shell command line with more variables in its environment. */
    static Program start(String commandLine, Map<String, String> environment) {
        // exec: the process is the program itself where the line is a single command
        String line = Stream.of("|", ";", "&&").anyMatch(commandLine::contains) ? commandLine : "exec " + commandLine;
        return start(line, List.of("bash", "-c", line), environment);
    }

    /**
     * Starts a program with a process group of its own, in which Ctrl-C is heard whatever the tests were started by: as the
     * only program of a terminal.
     */
    static Program startOnTerminal(String command, Map<String, String> environment) {
        return start(
                command,
                List.of("setsid", "env", "--default-signal=INT", "bash", "-c", "exec " + command),
                environment);
    }

    private static Program start(String shown, List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(ROOT.toFile()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            return new Program(shown, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command line to its end. */
    static Program run(String commandLine, Map<String, String> environment) {
        Program program = start(commandLine, environment);
        program.awaitEnd();
        return program;
    }

    /** A file of the tree. */
    static Path file(String relative) {
        return ROOT.resolve(relative);
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
            }
        } catch (IOException closed) {
            // the process was killed
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    String lastLine() {
        List<String> printed = lines();
        return printed.isEmpty() ? "" : printed.get(printed.size() - 1);
    }

    /** Waits until a line matches, in which {@code ...} stands for anything. */
    Program awaitLine(String expected) {
        Pattern pattern = pattern(expected);
        await(commandLine + " prints " + expected)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    boolean there = lines().stream()
                            .anyMatch(line -> pattern.matcher(line).matches());
                    assertThat(there || process.isAlive())
                            .as("still running, or has printed it: %s", lines())
                            .isTrue();
                    return there;
                });
        return this;
    }

    static Pattern pattern(String expected) {
        String regex = Stream.of(expected.split(Pattern.quote("..."), -1))
                .map(Pattern::quote)
                .reduce((left, right) -> left + ".*" + right)
                .orElseThrow();
        return Pattern.compile(regex);
    }

    /** Waits for the end; gives the exit code. */
    int awaitEnd() {
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends; it printed %s", commandLine, lines())
                    .isTrue();
            reader.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return process.exitValue();
    }

    int exitCode() {
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has started, and what those have. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** A service manager's stop. */
    Program terminate() {
        process.toHandle().destroy(); // Process.destroy would close the output that is still to be read
        return this;
    }

    /** Ctrl-C: every process of the terminal hears it. For what was started on one. */
    Program interrupt() {
        run("kill -INT -- -" + pid() + "; true", Map.of());
        return this;
    }

    /** kill -9. */
    Program kill() {
        process.toHandle().destroyForcibly();
        return this;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
