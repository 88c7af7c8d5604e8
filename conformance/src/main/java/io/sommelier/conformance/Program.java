package io.sommelier.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A connector in a process of its own. Confined to one thread, but for {@link #stop}. */
final class Program implements Subject {
    private final List<String> command;
    private final String target;
    private final Path output;
    private volatile Process process;

    /**
     * @param command the program and its arguments; {@code {url} {host} {port} {target}} in them stand for where it has to dial, and what it serves
     */
    Program(List<String> command, String target, Path output) {
        this.command = List.copyOf(command);
        this.target = target;
        this.output = output;
    }

    @Override
    public void start(Listener.Transport transport, int port) {
        stop();
        String url = transport.url(port);
        ProcessBuilder builder = new ProcessBuilder(command.stream()
                .map(word -> word.replace("{url}", url)
                        .replace("{host}", "127.0.0.1")
                        .replace("{port}", Integer.toString(port))
                        .replace("{target}", target))
                .toList());
        builder.environment().put("SOMMELIER_URL", url);
        builder.environment().put("SOMMELIER_HOST", "127.0.0.1");
        builder.environment().put("SOMMELIER_PORT", Integer.toString(port));
        builder.environment().put("SOMMELIER_TARGET", target);
        File file = output.toFile();
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("'" + command.get(0) + "' cannot be started: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> ended() {
        return process.isAlive()
                ? Optional.empty()
                : Optional.of("its program has ended, exit code " + process.exitValue());
    }

    @Override
    public void askToEnd() {
        process.toHandle().destroy();
    }

    @Override
    public void stop() {
        Process running = process;
        if (running == null) {
            return;
        }
        List<ProcessHandle> all = running.descendants().toList();
        running.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly); // what a script has started
        try {
            running.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last lines that it printed. */
    static List<String> tail(Path output, int lines) throws IOException {
        List<String> all = Files.readAllLines(output, java.nio.charset.StandardCharsets.ISO_8859_1);
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }
}
