package io.sommelier.karaf;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Karaf that is unpacked with tar and started with its own script, as users do it, so that it can be killed. Confined to one thread. */
final class ProcessKaraf implements Running {
    private static final long STOP_SECONDS = 60;

    private final Path home;
    private final Map<String, String> environment;
    private Process process;

    /**
     * Unpacks it.
     *
     * @param directory where to; what is there goes
     * @param environment variables for the script
     */
    ProcessKaraf(Path archive, Path directory, Map<String, String> environment) throws IOException {
        Directories.delete(directory);
        Files.createDirectories(directory);
        run(new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString()));
        try (Stream<Path> entries = Files.list(directory)) {
            home = entries.findFirst().orElseThrow();
        }
        this.environment = environment;
    }

    private static void run(ProcessBuilder builder) throws IOException {
        try {
            Process process = builder.inheritIO().start();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(builder.command() + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public Path home() {
        return home;
    }

    @Override
    public void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString(), "server");
        builder.environment().put("KARAF_EXEC", "exec"); // the script becomes the JVM: this process is it
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeAll(java.util.List.of("JAVA_OPTS", "EXTRA_JAVA_OPTS", "JAVA_MAX_MEM"));
        builder.environment().putAll(environment);
        File output = home.resolve("data").resolve("output.txt").toFile();
        Files.createDirectories(output.toPath().getParent());
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
    }

    /** The id of the JVM, into which the start script turns. */
    long pid() {
        return process.pid();
    }

    /** Ends the JVM as kill -9 does. */
    void kill() throws IOException {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void stop() throws IOException {
        if (process != null) {
            process.destroy();
            awaitEnd();
        }
    }

    private void awaitEnd() throws IOException {
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("Karaf was not down after " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }
}
