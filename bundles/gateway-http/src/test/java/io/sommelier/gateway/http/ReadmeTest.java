package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lines of the README, as they are pasted, where there is a curl. */
@Timeout(60)
class ReadmeTest {
    @Test
    void theLinesAnswerWhatTheyAreToShow() throws Exception {
        assumeTrue(hasCurl());
        List<String> lines = Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith("curl "))
                .toList();
        try (World world = World.open()) {
            world.serve("pour", World.ECHO);
            world.serve(
                    "slow",
                    CommandHandler.answeringLater(invocation -> CompletableFuture.supplyAsync(
                            () -> Payload.ofText("{\"millis\":300}"),
                            CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS))));
            world.serve("count", (invocation, responder) -> {
                responder.accept(
                        Part.accepted().contentType("application/x-ndjson").build());
                CommandHandler.iterating(counted -> LongStream.rangeClosed(1, 3)
                                .mapToObj(n -> Payload.ofText("{\"n\":" + n + "}\n"))
                                .iterator())
                        .handle(invocation, responder);
            });

            assertThat(run(lines.get(0), world)).contains("HTTP/1.1 200", "a Chablis, please");
            assertThat(run(lines.get(1), world)).isEqualTo("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
            assertThat(run(lines.get(2), world)).startsWith("id: 0\ndata: {\"n\":1}\n\n");
            assertThat(run(lines.get(3), world)).contains("HTTP/1.1 504", "EXPIRED", "UNKNOWN");
            assertThat(run(lines.get(4), world)).contains("HTTP/1.1 202", "Location: /commands/3f2b5a60");
            await().until(() -> run(lines.get(5), world).contains("COMPLETED"));
            assertThat(run(lines.get(6), world)).contains("cellar");
            assertThat(lines).hasSize(7);
        }
    }

    private static boolean hasCurl() throws InterruptedException {
        try {
            return new ProcessBuilder("curl", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static String run(String line, World world) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", line.replace(":8080", ":" + world.port()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(line).isZero();
        return out;
    }
}
