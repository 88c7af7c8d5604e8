package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process with broker and mailbox is killed without notice, and another takes its directory over. */
@Timeout(120)
class KilledProcessTest {
    private static final int COMMANDS = 200;

    @TempDir
    Path data;

    /** Puts durable commands, names each that was confirmed, then takes one, names it, and goes on for ever. */
    public static final class Victim {
        private Victim() {}

        /** Runs on the directory that is the argument. */
        public static void main(String[] args) throws InterruptedException {
            ArtemisMailbox mailbox = TestBroker.in(Path.of(args[0])).start().mailbox("victim");
            Mailbox.Origin origin = new Mailbox.Origin("", "", "node-1", 1);
            for (int i = 0; i < COMMANDS; i++) {
                Command command = Command.to("cellar", "pour")
                        .ttl(Duration.ofMinutes(10))
                        .durable(true)
                        .build();
                mailbox.put(command, origin, command.ttlNanos())
                        .thenRun(() -> System.out.println("confirmed " + command.id()));
            }
            mailbox.open(
                            Target.of("cellar"),
                            waiting -> System.out.println(
                                    "took " + waiting.command().id()))
                    .request(1);
            Thread.currentThread().join();
        }
    }

    @Test
    void everyConfirmedCommandIsThereAndTheOneThatWasTakenCountsAsDelivered() throws Exception {
        List<String> confirmed = new ArrayList<>();
        String taken = killWhenDone(confirmed);

        TestBroker broker = TestBroker.in(data).start();
        ArtemisMailbox mailbox = broker.mailbox("heir");
        Recorder recorder = new Recorder(true);
        mailbox.open(Target.of("cellar"), recorder).request(COMMANDS + 1);

        List<Mailbox.Waiting> came = recorder.await(COMMANDS);
        assertThat(came.stream().map(each -> each.command().id().toString())).containsExactlyElementsOf(confirmed);
        assertThat(came)
                .allSatisfy(each -> assertThat(each.deliveries())
                        .isEqualTo(each.command().id().toString().equals(taken) ? 2 : 1));
        broker.close();
    }

    private String killWhenDone(List<String> confirmed) throws IOException, InterruptedException {
        Process victim = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String taken = null;
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            while (confirmed.size() < COMMANDS || taken == null) {
                String line = out.readLine();
                if (line == null) {
                    throw new AssertionError("the process ended early");
                }
                if (line.startsWith("confirmed ")) {
                    confirmed.add(line.substring("confirmed ".length()));
                } else if (line.startsWith("took ")) {
                    taken = line.substring("took ".length());
                }
            }
        } finally {
            victim.destroyForcibly();
        }
        assertThat(victim.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return taken;
    }
}
