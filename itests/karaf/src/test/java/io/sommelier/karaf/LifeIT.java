package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.answer;
import static io.sommelier.karaf.Sending.command;
import static io.sommelier.karaf.Sending.end;
import static io.sommelier.karaf.Sending.error;
import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * The assembly as a process of its own, through three starts of one folder: a day on which nothing happens, one on which the broker gives trouble, and one after a kill -9.
 * The tests build on each other, in their order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class LifeIT {
    private static final String QUEUE = "sommelier.command.";
    private static final byte[] BIG = new byte[16 << 10];

    private final Queue<CommandId> executed = new ConcurrentLinkedQueue<>();
    private Karaf karaf;
    private Queues queues;
    private Connector caller;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.asProcess("life");
        queues = new Queues(karaf);
        long begin = System.nanoTime();
        karaf.start();
        caller = Sending.connector(karaf, "caller-1").open();
        assertThat(caller.awaitActive(Duration.ofSeconds(120))).isTrue();
        whileCellarIsHere(() -> {
            assertThat(answer(caller, "cellar", "pour", "red")).isEqualTo("poured red");
        });
        System.out.println("the first command is answered " + Duration.ofNanos(System.nanoTime() - begin)
                + " after the first start began");
    }

    @AfterAll
    void stop() throws Exception {
        caller.close();
        karaf.close();
    }

    private interface Body {
        void run() throws Exception;
    }

    /** While it runs a member of cellar is there, which pours, and remembers what it poured. */
    private void whileCellarIsHere(Body body) throws Exception {
        Connector cellar = Sending.connector(karaf, "cellar-1")
                .serves("cellar")
                .handler("pour", CommandHandler.answering(invocation -> {
                    executed.add(invocation.command().id());
                    return Payload.ofText(
                            "poured " + invocation.command().payload().asText());
                }))
                .open();
        try {
            assertThat(cellar.awaitActive(Duration.ofSeconds(60))).isTrue();
            body.run();
        } finally {
            cellar.close();
        }
    }

    private static CommandError errorOf(CommandSender sender, Command command) {
        return error(sender.send(command));
    }

    private long waiting(String target) throws Exception {
        return queues.counter(QUEUE + target, "MessageCount");
    }

    // ---- the first day ----

    @Test
    @Order(1)
    void aCommandForAnAbsentConnectorWaitsInTheBrokerAndIsAnsweredWhenItComes() throws Exception {
        assertBrokerIsThere();

        long spent = waiting("cellar"); // nobody takes them before a connector comes
        Call late = caller.send(command("cellar", "pour", "late", 60).build());
        eventually(() -> assertThat(waiting("cellar")).isEqualTo(spent + 1));
        whileCellarIsHere(() -> {
            assertThat(answer(late)).isEqualTo("poured late");
        });

        eventually(() -> assertThat(waiting("cellar")).isZero());
    }

    @Test
    @Order(2)
    void whenTheConnectorDoesNotComeTheCommandEndsInTimeAndWasNotSent() throws Exception {
        CommandError error =
                errorOf(caller, command("cellar", "pour", "never", 1).build());

        assertThat(error.code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    @Order(3)
    void aTargetThatNobodyEverNamedFailsAtOnceAndGetsNoQueue() throws Exception {
        Set<String> queuesBefore = queues.named(QUEUE);

        CommandError error = errorOf(caller, command("nowhere", "pour", "", 60).build());

        assertThat(error.code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
        assertThat(queues.named(QUEUE)).contains(QUEUE + "cellar").isEqualTo(queuesBefore);
    }

    @Test
    @Order(4)
    void whereNobodyMayWaitACommandFailsAtOnceFromTheSaveOn() throws Exception {
        long startsBefore = starts();
        karaf.edit("io.sommelier.controller", Map.of("absentMayWait", "false"));

        eventually(() -> assertThat(
                        errorOf(caller, command("cellar", "pour", "", 1).build())
                                .code())
                .isEqualTo(ErrorCode.NO_MEMBER));
        CommandError error = errorOf(caller, command("cellar", "pour", "", 60).build());
        assertThat(error.code()).isEqualTo(ErrorCode.NO_MEMBER);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(error.retryable()).isTrue();

        karaf.edit("io.sommelier.controller", Map.of("absentMayWait", "true"));
        eventually(() -> assertThat(
                        errorOf(caller, command("cellar", "pour", "", 1).build())
                                .code())
                .isEqualTo(ErrorCode.EXPIRED));
        assertThat(starts()).as("no part was started again").isEqualTo(startsBefore);
        assertThat(karaf.log().stream().filter(line -> line.contains("channel up: caller-1")))
                .as("the channel of the caller is the same")
                .hasSize(1);
    }

    /** How often a part said that it is there. */
    private long starts() throws Exception {
        return karaf.log().stream().filter(line -> line.contains("waits for ")).count();
    }

    @Test
    @Order(5)
    void whoHasAKeyGetsIntoTheShell() throws Exception {
        TestKey key = TestKey.make();
        Files.writeString(
                karaf.home().resolve("etc/keys.properties"),
                "operator=" + key.encoded() + ",admin,manager,viewer,systembundles,ssh" + System.lineSeparator(),
                java.nio.file.StandardOpenOption.APPEND);

        try (Ssh ssh = new Ssh(karaf.ports().ssh())) {
            assertThat(ssh.run("operator", key.pair(), "sommelier:target-list --no-format"))
                    .contains("cellar");
        }
    }

    @Test
    @Order(6)
    void theLogOfADayOnWhichNothingHappensHasNoWarningAndNoStackTrace() throws Exception {
        karaf.stop();

        assertThat(Complaints.all(karaf.log())).isEmpty();
        assertThat(Files.readAllLines(karaf.home().resolve("data/output.txt")))
                .noneMatch(line -> line.contains("Exception") || line.contains("WARN"));
    }

    // ---- the second day ----

    @Test
    @Order(10)
    void withTheBrokersPortTakenAtTheStartLocalCommandsAreAnsweredAndOthersRefused() throws Exception {
        setLogAside("first-day");
        karaf.edit("io.sommelier.runtime.artemis", Map.of("retryMost", "1s"));
        karaf.edit("io.sommelier.controller", Map.of("knownTargets", "cellar,attic"));

        try (ServerSocket thief = new ServerSocket(karaf.ports().amqp(), 1, InetAddress.getLoopbackAddress())) {
            karaf.start();
            whileCellarIsHere(() -> {
                eventually(() ->
                        assertThat(answer(caller, "cellar", "pour", "dry")).isEqualTo("poured dry"));
            });
            assertBrokerIsAway();
            eventually(() -> assertThat(problems())
                    .anyMatch(line -> line.startsWith("runtime.artemis") && line.contains("AMQP"))
                    .anyMatch(line -> line.startsWith("mailbox.artemis") && line.contains("DOWN")));
            eventually(() -> assertThat(karaf.log())
                    .anyMatch(line -> line.contains("WARN")
                            && line.contains(String.valueOf(thief.getLocalPort()))
                            && line.contains("AMQP")));
        }

        assertBrokerIsThere();
    }

    /** What an operator sees of the parts that are not well. */
    private List<String> problems() throws Exception {
        return karaf.shell("sommelier:part-list --no-format")
                .lines()
                .filter(line -> line.contains("DEGRADED"))
                .toList();
    }

    /** The written answer: what should wait is refused, NOT_SENT, and may be sent again. */
    private void assertBrokerIsAway() {
        for (boolean durable : new boolean[] {false, true}) {
            CommandError error = errorOf(
                    caller, command("attic", "pour", "", 60).durable(durable).build());
            assertThat(error.code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
            assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
            assertThat(error.retryable()).isTrue();
        }
    }

    /** Changes settings of the broker, and waits until it was started with them: what ran before must not be taken for it. */
    private void restartBroker(Map<String, String> settings) throws Exception {
        long starts = brokerStarts();
        karaf.edit("io.sommelier.runtime.artemis", settings);
        eventually(() -> assertThat(brokerStarts()).isGreaterThan(starts));
        assertBrokerIsThere();
    }

    private long brokerStarts() throws Exception {
        return karaf.log().stream()
                .filter(line -> line.contains("the broker is up: "))
                .count();
    }

    private void assertBrokerIsThere() {
        eventually(() -> assertThat(
                        errorOf(caller, command("cellar", "pour", "", 1).build())
                                .code())
                .isEqualTo(ErrorCode.EXPIRED));
    }

    @Test
    @Order(11)
    void whileTheBrokerIsStoppedLocalCommandsAreAnsweredAndWhatWaitsInItIsThereWhenItIsBack() throws Exception {
        Call waiting =
                caller.send(command("cellar", "pour", "kept", 60).durable(true).build());
        end(waiting.admitted());
        Call gone = caller.send(command("cellar", "pour", "gone", 5).build());
        end(gone.admitted());
        Connector attic = Sending.connector(karaf, "attic-1")
                .serves("attic")
                .handler("find", CommandHandler.answering(invocation -> Payload.ofText("found")))
                .open();
        assertThat(attic.awaitActive(Duration.ofSeconds(60))).isTrue();

        karaf.stopBundle("io.sommelier.runtime.artemis");
        eventually(() -> assertThat(
                        errorOf(caller, command("cellar", "pour", "", 1).build())
                                .code())
                .isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE));
        assertThat(answer(caller, "attic", "find", "")).isEqualTo("found");
        attic.close();
        karaf.startBundle("io.sommelier.runtime.artemis");

        eventually(() -> assertThat(waiting("cellar")).isPositive());
        assertThat(error(gone).code()).as("what is not durable").isEqualTo(ErrorCode.EXPIRED);
        assertThat(error(gone).outcome()).isEqualTo(Outcome.NOT_SENT);
        whileCellarIsHere(() -> {
            assertThat(answer(waiting)).isEqualTo("poured kept");
        });
        assertThat(executed).doesNotContain(gone.id());
        assertThat(executed.stream().filter(waiting.id()::equals)).hasSize(1);
    }

    @Test
    @Order(12)
    void aFullMailboxRefusesAndTakesAgainWhenItIsEmptied() throws Exception {
        restartBroker(Map.of("addressBytes", "65536"));

        List<Call> waiting = new ArrayList<>();
        CommandError refusal = null;
        while (refusal == null && waiting.size() < 100) {
            Call call = caller.send(command("cellar", "pour", "", 60)
                    .durable(true)
                    .payload(Payload.copyOf(BIG))
                    .build());
            try {
                end(call.admitted());
                waiting.add(call);
            } catch (java.util.concurrent.CompletionException full) {
                refusal = error(call);
            }
        }

        assertThat(waiting).isNotEmpty();
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
        assertThat(refusal.outcome()).isEqualTo(Outcome.NOT_SENT);
        whileCellarIsHere(() -> {
            assertThat(answer(caller, "cellar", "pour", "beside it")).isEqualTo("poured beside it");
            assertThat(waiting).allSatisfy(call -> assertThat(answer(call)).startsWith("poured"));
        });
        eventually(() ->
                end(caller.send(command("cellar", "pour", "", 1).durable(true).build())
                        .admitted()));
        restartBroker(Map.of("addressBytes", "268435456"));
    }

    @Test
    @Order(13)
    void withARealmTheBrokerKnowsItsUsersAndTheMailboxesWorkOn() throws Exception {
        assertThat(Stomp.login(karaf.ports().stomp(), "anybody", "anything")).startsWith("CONNECTED");

        karaf.edit("io.sommelier.runtime.artemis", Map.of("realm", "karaf"));
        eventually(() -> assertThat(Stomp.login(karaf.ports().stomp(), Karaf.USER, "wrong"))
                .startsWith("ERROR"));

        assertThat(Stomp.login(karaf.ports().stomp(), "", "")).startsWith("ERROR");
        assertThat(Stomp.login(karaf.ports().stomp(), Karaf.USER, Karaf.PASSWORD))
                .startsWith("CONNECTED");
        Call late = caller.send(command("cellar", "pour", "known", 60).build());
        eventually(() -> assertThat(waiting("cellar")).isPositive());
        whileCellarIsHere(() -> {
            assertThat(answer(late)).isEqualTo("poured known");
        });
        karaf.edit("io.sommelier.runtime.artemis", Map.of("realm", ""));
        eventually(() -> assertThat(Stomp.login(karaf.ports().stomp(), "anybody", "anything"))
                .startsWith("CONNECTED"));
    }

    // ---- a kill -9, and the third day ----

    @Test
    @Order(20)
    void durableCommandsSurviveAKillOfTheProcessAndRunOnceAndKeysHoldAsFarAsIsPromised() throws Exception {
        assertBrokerIsThere();
        List<Call> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(caller.send(
                    command("cellar", "pour", "n" + i, 120).durable(true).build()));
        }
        waiting.forEach(call -> end(call.admitted()));
        Call fleeting = caller.send(command("cellar", "pour", "fleeting", 120).build());
        end(fleeting.admitted());
        Queue<CommandId> begun = new ConcurrentLinkedQueue<>();
        Queue<CommandId> shelved = new ConcurrentLinkedQueue<>();
        CountDownLatch over = new CountDownLatch(1);
        Connector attic = Sending.connector(karaf, "attic-1")
                .serves("attic")
                .handler("hold", (invocation, responder) -> {
                    begun.add(invocation.command().id());
                    over.await();
                    responder.complete(Payload.ofText("held"));
                })
                .handler("shelve", CommandHandler.answering(invocation -> {
                    shelved.add(invocation.command().id());
                    return invocation.payload();
                }))
                .open();
        assertThat(attic.awaitActive(Duration.ofSeconds(60))).isTrue();
        List<Call> atWork = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            atWork.add(
                    caller.send(command("attic", "hold", "", 120).durable(true).build()));
        }
        atWork.add(caller.send(command("attic", "hold", "", 120).build()));
        Call mayRunTwice = caller.send(
                command("attic", "hold", "", 120).durable(true).idempotent(true).build());
        atWork.add(mayRunTwice);
        Command.Builder begunByKey =
                command("attic", "hold", "", 120).durable(true).idempotencyKey("begun");
        atWork.add(caller.send(begunByKey.build()));
        eventually(() -> assertThat(begun).hasSize(6));
        Command.Builder byKey = command("attic", "shelve", "once", 120).idempotencyKey("shelved");
        assertThat(answer(caller.send(byKey.id(CommandId.random()).build()))).isEqualTo("once");
        assertThat(answer(caller.send(byKey.id(CommandId.random()).build()))).isEqualTo("once");
        assertThat(shelved).as("what the key let through").hasSize(1);
        executed.clear();

        long killed = karaf.pid();
        karaf.kill();
        over.countDown();

        assertThat(waiting).allSatisfy(call -> assertThat(error(call).outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThat(atWork).allSatisfy(call -> assertThat(error(call).outcome()).isEqualTo(Outcome.UNKNOWN));
        assertThat(error(fleeting).outcome()).isEqualTo(Outcome.UNKNOWN);
        setLogAside("second-day");
        breakSettings();
        karaf.start();
        whileCellarIsHere(() -> {
            eventually(() -> assertThat(executed).hasSize(10));
            eventually(() -> assertThat(waiting("cellar")).isZero());
            eventually(() -> assertThat(waiting("attic")).isZero());
            assertThat(answer(caller, "cellar", "pour", "after it")).isEqualTo("poured after it");
            CommandError again =
                    errorOf(caller, begunByKey.id(CommandId.random()).build());
            assertThat(again.outcome()).as("what the key was begun for").isEqualTo(Outcome.UNKNOWN);
            assertThat(answer(caller.send(byKey.id(CommandId.random()).build())))
                    .isEqualTo("once");
            assertThat(shelved).as("the key of what had ended is forgotten").hasSize(2);
        });
        Witness.tell(
                "controller",
                killed,
                "kill -9, and a new one, pid " + karaf.pid(),
                "the broker's counters: nothing waits for cellar and attic; executed " + executed.size());
        assertThat(executed)
                .as("each that is durable, once, and no other")
                .containsExactlyInAnyOrderElementsOf(waitingIdsAnd(waiting))
                .doesNotHaveDuplicates()
                .doesNotContain(fleeting.id());
        assertThat(begun)
                .as("what was begun is not begun again, unless it may run twice")
                .hasSize(7)
                .endsWith(mayRunTwice.id());
        attic.close();
    }

    private List<CommandId> waitingIdsAnd(List<Call> waiting) {
        List<CommandId> ids = new ArrayList<>(waiting.stream().map(Call::id).toList());
        executed.stream().filter(id -> !ids.contains(id)).findFirst().ifPresent(ids::add); // the one after it
        return ids;
    }

    private void setLogAside(String name) throws Exception {
        Path log = karaf.home().resolve("data/log/karaf.log");
        Files.move(log, log.resolveSibling(name + ".log"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void breakSettings() throws Exception {
        karaf.edit("io.sommelier.mailbox.artemis", Map.of("maxPuts", "many"));
        karaf.edit("io.sommelier.runtime.artemis", Map.of("retryMost", "soon"));
    }

    @Test
    @Order(21)
    void aStartWithBadSettingsTakesTheLastGoodOnesAndSaysSo() throws Exception {
        assertThat(karaf.log())
                .anyMatch(
                        line -> line.contains("retryMost = soon") && line.contains("the last good ones are in effect"))
                .anyMatch(line -> line.contains("maxPuts = many"));
        assertThat(Complaints.ours(karaf.log())).hasSize(2);
        assertThat(problems())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("mailbox.artemis") && line.contains("maxPuts = many"))
                .anyMatch(line -> line.startsWith("runtime.artemis") && line.contains("retryMost = soon"));

        karaf.edit("io.sommelier.mailbox.artemis", Map.of("maxPuts", "5000"));
        karaf.edit("io.sommelier.runtime.artemis", Map.of("retryMost", "5s"));
        eventually(() -> assertThat(karaf.log())
                .anyMatch(line -> line.contains("Settings in effect") && line.contains("maxPuts=5000")));
        eventually(() -> assertThat(problems()).isEmpty());
    }
}
