package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process with broker and mailbox is killed without notice, and another takes its directory over. */
@Timeout(120)
class KilledProcessTest {
    private static final int COMMANDS = 200;
    private static final int RETRIED = 10;

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

    /** Puts durable commands, and has each take another attempt as often as it comes out, for ever. */
    public static final class Retrier {
        private Retrier() {}

        /** Runs on the directory that is the argument. */
        public static void main(String[] args) throws InterruptedException {
            ArtemisMailbox mailbox = TestBroker.in(Path.of(args[0])).start().mailbox("victim");
            Mailbox.Origin origin = new Mailbox.Origin("", "", "node-1", 1);
            for (int i = 0; i < RETRIED; i++) {
                Command command = Command.to("cellar", "pour")
                        .ttl(Duration.ofMinutes(10))
                        .durable(true)
                        .build();
                mailbox.put(command, origin, command.ttlNanos())
                        .thenRun(() -> System.out.println("confirmed " + command.id()));
            }
            Mailbox.Intake[] intake = new Mailbox.Intake[1];
            intake[0] = mailbox.open(Target.of("cellar"), waiting -> {
                int next = waiting.origin().attempt() + 1;
                waiting.retry(next, Duration.ZERO);
                intake[0].request(1);
                System.out.println("attempt " + next);
            });
            intake[0].request(4);
            Thread.currentThread().join();
        }
    }

    @Test
    void whoeverDiesInTheMidstOfARetryLeavesEachCommandExactlyOnce() throws Exception {
        Set<String> put = new HashSet<>();
        Process victim = start(Retrier.class);
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            int retries = 0;
            while (put.size() < RETRIED || retries < 50 * RETRIED) {
                String line = out.readLine();
                if (line == null) {
                    throw new AssertionError("the process ended early");
                }
                if (line.startsWith("confirmed ")) {
                    put.add(line.substring("confirmed ".length()));
                } else {
                    retries++;
                }
            }
        } finally {
            victim.destroyForcibly();
        }
        assertThat(victim.waitFor(20, TimeUnit.SECONDS)).isTrue();

        TestBroker broker = TestBroker.in(data).start();
        Recorder recorder = new Recorder(true);
        broker.mailbox("heir").open(Target.of("cellar"), recorder).request(RETRIED * 10);

        List<Mailbox.Waiting> came = recorder.await(RETRIED);
        assertThat(came.stream().map(each -> each.command().id().toString())).containsExactlyInAnyOrderElementsOf(put);
        await().during(Duration.ofMillis(500)).until(() -> recorder.came().size() == RETRIED);
        broker.close();
    }

    private Process start(Class<?> main) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private String killWhenDone(List<String> confirmed) throws IOException, InterruptedException {
        Process victim = start(Victim.class);
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
