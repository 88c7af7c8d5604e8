package io.sommelier.karaf;

import io.sommelier.examples.demo.DemoConnector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The demo connector, or another one, in a JVM of its own, so that it can be killed. Confined to one thread. */
final class ConnectorProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Process process;
    private final Path output;

    ConnectorProcess(Karaf karaf, String instance, String... options) throws IOException {
        this(karaf.ports().tcp(), instance, options);
    }

    /** One that dials a port of this machine. */
    ConnectorProcess(int port, String instance, String... options) throws IOException {
        this(instance, DemoConnector.class, demo(port, instance, options));
    }

    private static String[] demo(int port, String instance, String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("cellar", "--id", instance, "--controller", "127.0.0.1:" + port));
        arguments.addAll(List.of(options));
        return arguments.toArray(String[]::new);
    }

    /** A program with these arguments. */
    ConnectorProcess(String instance, Class<?> program, String... arguments) throws IOException {
        output = Path.of("target", instance + ".txt");
        Files.deleteIfExists(output);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                Karaf.QUICK_START,
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** The id that the system has given it. */
    long pid() {
        return process.pid();
    }

    /** What it has printed. */
    List<String> printed() throws IOException {
        return Files.readAllLines(output);
    }

    /** Takes the processor from it, as SIGSTOP does: its sockets stay open, and nobody reads them. */
    void freeze() throws IOException {
        signal("STOP");
    }

    /** Lets it go on, as SIGCONT does. */
    void thaw() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IOException("kill -" + name + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Ends it as kill -9 does. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
