package io.sommelier.karaf;

import io.sommelier.examples.demo.DemoConnector;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The demo connector in a JVM of its own, so that it can be killed. Confined to one thread. */
final class ConnectorProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Process process;

    ConnectorProcess(Karaf karaf, String instance) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DemoConnector.class.getName(),
                        "cellar",
                        "--id",
                        instance,
                        "--controller",
                        "127.0.0.1:" + karaf.ports().tcp()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target", instance + ".txt")))
                .start();
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
