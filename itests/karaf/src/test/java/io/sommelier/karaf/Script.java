package io.sommelier.karaf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An example connector in another language, in a process of its own. Confined to one thread. */
final class Script implements AutoCloseable {
    private static final Path SCRIPTS = Path.of("..", "..", "bundles", "examples", "scripts")
            .toAbsolutePath()
            .normalize();

    /** From which on WebSocket is there without being asked for. */
    private static final int NODE_WITH_WEBSOCKET = 22;

    private final String target;
    private final Process process;

    private Script(String target, Process process) {
        this.target = target;
        this.process = process;
    }

    /** Starts one of the examples, for a target of its own. */
    static Script start(String file, String target, String address) throws IOException {
        List<String> line = new ArrayList<>();
        if (file.endsWith(".py")) {
            line.add("python3");
        } else {
            line.add("node");
            if (nodeVersion() < NODE_WITH_WEBSOCKET) {
                line.add("--experimental-websocket");
            }
        }
        line.addAll(List.of(SCRIPTS.resolve(file).toString(), address, target));
        return new Script(
                target,
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(Path.of("target", target + ".txt").toFile())
                        .start());
    }

    /** What stands in one of the examples. */
    static List<String> lines(String file) throws IOException {
        return Files.readAllLines(SCRIPTS.resolve(file));
    }

    private static int nodeVersion() throws IOException {
        Process node = new ProcessBuilder("node", "--version").start();
        String version = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Integer.parseInt(version.substring(1, version.indexOf('.')));
    }

    long pid() {
        return process.pid();
    }

    String target() {
        return target;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(target + " did not end when it was asked to");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
