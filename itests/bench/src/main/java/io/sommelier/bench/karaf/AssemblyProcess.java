package io.sommelier.bench.karaf;

import io.sommelier.bench.core.Probe;
import io.sommelier.bench.party.FreePort;
import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.TemporaryDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The assembly, unpacked into a temporary directory and started with ports that are free and the heap of a party; it is
 * killed and its directory deleted in the end, also when the bench itself is killed. Confined to one thread.
 */
public final class AssemblyProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int LINES_OF_THE_LOG = 30;

    /** More than any row needs. */
    private static final int MAX_CHANNELS = 20_000;

    /**
     * A shell stays beside the process: it tells its process id, and that it has ended; it kills it when its own input
     * ends, which happens with the bench, however that ends. It deletes the files last.
     */
    private static final String WATCH = """
            exec 3<&0
            "$0" server </dev/null >"$1" 2>&1 3<&- &
            karaf=$!
            echo $karaf
            (read -r end <&3; kill -9 $karaf) &
            guard=$!
            trap '' PIPE
            wait $karaf 2>/dev/null
            kill $guard 2>/dev/null
            echo ended
            read -r end <&3
            rm -rf "$2"
            """;

    private final Path directory;
    private final Path home;
    private final int tcpPort = FreePort.next();
    private final int httpPort = FreePort.next();
    private Process watcher;
    private BufferedReader lines;
    private long pid;
    private long startedNanos;

    /** Unpacks it. */
    private AssemblyProcess(Path archive) {
        directory = TemporaryDirectory.create("assembly");
        try {
            Process tar = new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString())
                    .inheritIO()
                    .start();
            if (!tar.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || tar.exitValue() != 0) {
                throw new IllegalStateException(archive + " cannot be unpacked");
            }
            try (var entries = Files.list(directory)) {
                home = entries.findFirst().orElseThrow();
            }
            configure();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * Unpacks an archive; what is in it does not run yet.
     *
     * @throws IllegalStateException when that cannot be done
     */
    public static AssemblyProcess unpack(Path archive) {
        if (!Files.isRegularFile(archive)) {
            throw new IllegalStateException("there is no assembly " + archive + "; './sommelier build' makes it");
        }
        return new AssemblyProcess(archive);
    }

    private void configure() throws IOException {
        edit("io.sommelier.transport.tcp.cfg", "port", tcpPort);
        edit("io.sommelier.transport.tcp.cfg", "maxChannels", MAX_CHANNELS);
        edit("io.sommelier.transport.websocket.cfg", "port", 0);
        edit("io.sommelier.http.engine.cfg", "port", httpPort);
        for (String port : List.of("corePort", "amqpPort", "stompPort", "mqttPort")) {
            edit("io.sommelier.runtime.artemis.cfg", port, 0);
        }
        edit("org.apache.karaf.shell.cfg", "sshPort", FreePort.next());
        edit("org.apache.karaf.management.cfg", "rmiRegistryPort", FreePort.next());
        edit("org.apache.karaf.management.cfg", "rmiServerPort", FreePort.next());
    }

    private void edit(String file, String key, int value) throws IOException {
        Settings.edit(home.resolve("etc").resolve(file), Map.of(key, Integer.toString(value)));
    }

    /** Starts it with a heap of at most that much; it is not ready then. */
    public void start(String maxHeap) {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        WATCH,
                        home.resolve("bin/karaf").toString(),
                        directory.resolve("console").toString(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("KARAF_EXEC", "exec"); // so that the process id is that of Java
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("EXTRA_JAVA_OPTS", String.join(" ", PartyProcess.options(maxHeap)));
        builder.environment().putAll(environment);
        builder.environment().remove("JAVA_OPTS");
        startedNanos = System.nanoTime();
        try {
            watcher = builder.start();
            lines = new BufferedReader(new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8));
            pid = Long.parseLong(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until a command is answered over TCP.
     *
     * @return how long that took since the start, in nanoseconds
     * @throws IllegalStateException when it takes more than a minute
     */
    public long awaitReply(Probe probe) {
        return await(probe::isAnswered, "a command over TCP");
    }

    /**
     * Waits until a command is answered over HTTP.
     *
     * @return how long that took since the start, in nanoseconds
     * @throws IllegalStateException when it takes more than a minute
     */
    public long awaitHttpReply(Probe probe) {
        return await(() -> probe.isAnsweredOverHttp(httpPort), "a command over HTTP");
    }

    /** A question that is asked again until the answer is yes. */
    @FunctionalInterface
    private interface Question {
        boolean isSo() throws InterruptedException;
    }

    private long await(Question answered, String what) {
        try {
            while (!answered.isSo()) {
                if (hasEnded()) {
                    throw failure("it ended");
                }
                if (System.nanoTime() - startedNanos > LIMIT.toNanos()) {
                    throw failure(what + " was not answered within " + LIMIT.toSeconds() + " s");
                }
                Thread.sleep(5);
            }
            return System.nanoTime() - startedNanos;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean hasEnded() {
        try {
            return lines.ready(); // a second line
        } catch (IOException e) {
            return true;
        }
    }

    private IllegalStateException failure(String what) {
        StringBuilder text = new StringBuilder("the assembly: ").append(what);
        for (Path log : List.of(directory.resolve("console"), home.resolve("data/log/karaf.log"))) {
            try {
                List<String> lines = Files.readAllLines(log);
                lines.subList(Math.max(0, lines.size() - LINES_OF_THE_LOG), lines.size())
                        .forEach(line -> text.append("\n    ").append(line));
            } catch (IOException e) {
                text.append("\n    no ").append(log.getFileName());
            }
        }
        return new IllegalStateException(text.toString());
    }

    /** The process id of its JVM. */
    public long pid() {
        return pid;
    }

    /** Where connectors are taken in. */
    public int tcpPort() {
        return tcpPort;
    }

    /** Where HTTP is served. */
    public int httpPort() {
        return httpPort;
    }

    /** Where it is unpacked. */
    Path home() {
        return home;
    }

    /** Kills it, and deletes its files. */
    @Override
    public void close() {
        if (watcher != null) {
            try {
                watcher.getOutputStream().close();
                if (!watcher.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the assembly, process " + pid + ", cannot be killed");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // it is killed all the same
            }
        }
        if (Files.exists(directory)) {
            TemporaryDirectory.delete(directory);
        }
    }
}
