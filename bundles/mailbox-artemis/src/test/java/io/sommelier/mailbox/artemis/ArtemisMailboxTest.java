package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One broker, and two mailboxes as of two controllers. Each test has a target of its own. */
class ArtemisMailboxTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("bar-1", "anna", "node-1", 1);

    @TempDir
    static Path data;

    private static TestBroker broker;

    private String target;
    private ArtemisMailbox one;
    private ArtemisMailbox other;

    @BeforeAll
    static void startBroker() {
        broker = TestBroker.in(data).start();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    @BeforeEach
    void open(TestInfo test) {
        target = "cellar." + Math.abs(test.getDisplayName().hashCode());
        one = broker.mailbox("one");
        other = broker.mailbox("other");
    }

    @AfterEach
    void stop() throws Exception {
        broker.stop(one);
        broker.stop(other);
    }

    private Command.Builder pour() {
        return Command.to(target, "pour").ttl(Duration.ofMinutes(1));
    }

    private void put(Command command) {
        one.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private List<Command> putMany(int count) {
        List<Command> commands = IntStream.range(0, count)
                .mapToObj(i -> pour().payload(Payload.ofText("glass " + i)).build())
                .toList();
        CompletableFuture.allOf(commands.stream()
                        .map(command ->
                                one.put(command, ORIGIN, command.ttlNanos()).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .join();
        return commands;
    }

    private static List<CommandId> ids(List<Mailbox.Waiting> waiting) {
        return waiting.stream().map(each -> each.command().id()).toList();
    }

    @Test
    void aCommandComesOutAsItWasPut() {
        Command command = Command.to(new Target(target, "barrel:1.x"), "pour.red")
                .ttl(Duration.ofMinutes(2))
                .headers(Headers.builder().add("a", "ä").add("a", "").build())
                .contentType("application/octet-stream")
                .payload(Payload.copyOf(new byte[] {0, -1, 127, -128}))
                .durable(true)
                .idempotent(true)
                .idempotencyKey("k 1")
                .traceparent("00-1-2-3")
                .replayOf(new CommandId(-1, 7))
                .hops(9)
                .build();
        put(command);

        Recorder recorder = new Recorder();
        other.open(command.target(), recorder).request(1);
        Mailbox.Waiting came = recorder.await(1).get(0);

        Command out = came.command();
        assertThat(List.of(out.id(), out.operation(), out.target(), out.headers(), out.contentType(), out.payload()))
                .isEqualTo(List.of(
                        command.id(),
                        command.operation(),
                        command.target(),
                        command.headers(),
                        command.contentType(),
                        command.payload()));
        assertThat(out.durable() && out.idempotent()).isTrue();
        assertThat(List.of(out.idempotencyKey(), out.traceparent())).containsExactly("k 1", "00-1-2-3");
        assertThat(out.replayOf()).contains(new CommandId(-1, 7));
        assertThat(out.hops()).isEqualTo(9);
        assertThat(came.origin()).isEqualTo(ORIGIN);
        assertThat(came.deliveries()).isEqualTo(1);
        assertThat(out.ttl()).isBetween(Duration.ofSeconds(100), Duration.ofMinutes(2));
        came.done();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 100 << 10, 1 << 20, 3 << 20})
    void payloadsOfEverySizePassDurableAndNot(int size) {
        byte[] bytes = new byte[size];
        RandomGenerator.getDefault().nextBytes(bytes);
        put(pour().payload(Payload.copyOf(bytes)).build());
        put(pour().payload(Payload.copyOf(bytes)).durable(true).build());
        put(pour().build());

        Recorder recorder = new Recorder(true);
        other.open(Target.of(target), recorder).request(3);

        assertThat(recorder.await(3).subList(0, 2))
                .allMatch(each -> each.command().payload().equals(Payload.copyOf(bytes)));
    }

    @Test
    void commandsComeInTheOrderOfTheirPuts() {
        List<Command> commands = putMany(500);

        Recorder recorder = new Recorder(true);
        other.open(Target.of(target), recorder).request(500);

        assertThat(ids(recorder.await(500)))
                .isEqualTo(commands.stream().map(Command::id).toList());
    }

    @Test
    void nothingComesUnaskedAndTheRestIsLeftToOthers() {
        List<Command> commands = putMany(20);
        Recorder first = new Recorder();
        Mailbox.Intake intake = one.open(Target.of(target), first);
        Recorder second = new Recorder();
        Mailbox.Intake otherIntake = other.open(Target.of(target), second);

        intake.request(3);
        first.await(3);
        otherIntake.request(20);
        second.await(17);
        first.await(3);

        List<CommandId> all = new ArrayList<>(ids(first.came()));
        all.addAll(ids(second.came()));
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(
                        commands.stream().map(Command::id).toList());
    }

    @Test
    void largeOnesComeOnlyWhenAskedForToo() {
        byte[] bytes = new byte[3 << 20];
        for (int i = 0; i < 6; i++) {
            put(pour().payload(Payload.copyOf(bytes)).build());
        }
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = one.open(Target.of(target), recorder);

        intake.request(1);
        recorder.await(1).get(0).done();
        intake.request(1);
        recorder.await(2);
        Recorder second = new Recorder();
        other.open(Target.of(target), second).request(3);
        second.await(3);
        intake.request(1);

        recorder.await(3);
        second.await(3);
    }

    @Test
    void whatIsDoneNeverComesAgain() throws Exception {
        putMany(5);
        Recorder recorder = new Recorder(true);
        one.open(Target.of(target), recorder).request(5);
        recorder.await(5);
        broker.stop(one);

        Command last = pour().build();
        other.put(last, ORIGIN, last.ttlNanos()).toCompletableFuture().join();
        Recorder second = new Recorder(true);
        other.open(Target.of(target), second).request(10);

        assertThat(ids(second.await(1))).containsExactly(last.id());
        one = broker.mailbox("one");
    }

    @Test
    void whatGoesBackIsFirstAgainForOthersAndCountsAsNeverDelivered() {
        List<Command> commands = putMany(4);
        Recorder first = new Recorder();
        Mailbox.Intake intake = one.open(Target.of(target), first);
        intake.request(3);
        List<Mailbox.Waiting> came = first.await(3);

        came.get(1).back();
        came.get(0).back();
        await().until(() -> one.counts().held() == 1);
        Recorder second = new Recorder();
        Mailbox.Intake otherIntake = other.open(Target.of(target), second);
        awaitBack(2);
        otherIntake.request(3);

        assertThat(ids(second.await(3)))
                .containsExactly(
                        commands.get(0).id(),
                        commands.get(1).id(),
                        commands.get(3).id());
        assertThat(second.came()).allMatch(each -> each.deliveries() == 1);
        came.get(2).done();
    }

    /** The broker has them back: that many are ready to be delivered, beside what was never delivered. */
    private void awaitBack(int count) {
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (ClientSessionFactory connection = broker.core().connect();
                    ClientSession session = broker.core().open(connection)) {
                session.start();
                try (var browser = session.createConsumer(QueueNames.of(Target.of(target)), true)) {
                    int seen = 0;
                    while (browser.receiveImmediate() != null) {
                        seen++;
                    }
                    return seen >= count + 1;
                }
            }
        });
    }

    @Test
    void theFirstOfDoneAndBackCounts() {
        putMany(2);
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = one.open(Target.of(target), recorder);
        intake.request(1);
        Mailbox.Waiting came = recorder.await(1).get(0);

        came.done();
        came.back();
        came.done();
        intake.request(2);

        recorder.await(2);
        assertThat(one.counts().done()).isEqualTo(1);
        assertThat(one.counts().back()).isZero();
    }

    @Test
    void aClosedIntakeTakesNothingAndWhatItHandedOverStaysUntilItIsDoneOrBack() throws Exception {
        List<Command> commands = putMany(3);
        Recorder first = new Recorder();
        Mailbox.Intake intake = one.open(Target.of(target), first);
        intake.request(2);
        List<Mailbox.Waiting> came = first.await(2);

        intake.close();
        intake.request(5);
        Recorder second = new Recorder();
        Mailbox.Intake otherIntake = other.open(Target.of(target), second);
        otherIntake.request(3);
        assertThat(ids(second.await(1))).containsExactly(commands.get(2).id());
        came.get(0).back();

        assertThat(ids(second.await(2)).get(1)).isEqualTo(commands.get(0).id());
        assertThat(second.came().get(1).deliveries()).isEqualTo(1);
        broker.stop(one);
        assertThat(ids(second.await(3)).get(2)).isEqualTo(commands.get(1).id());
        assertThat(second.came().get(2).deliveries()).isEqualTo(2);
        one = broker.mailbox("one");
    }

    @Test
    void mailboxesOfSimilarNamesAreApart() {
        Command toInstance =
                Command.to(new Target(target, "b"), "pour").durable(true).build();
        Command toDotted = Command.to(target + ".b", "pour").durable(true).build();
        put(toInstance);
        put(toDotted);

        Recorder dotted = new Recorder();
        other.open(Target.of(target + ".b"), dotted).request(2);
        Recorder instance = new Recorder();
        other.open(new Target(target, "b"), instance).request(2);

        assertThat(ids(dotted.await(1))).containsExactly(toDotted.id());
        assertThat(ids(instance.await(1))).containsExactly(toInstance.id());
    }

    @Test
    void tooManyOnTheirWayAreRefusedAndTheOthersArrive() {
        one.settings(TestBroker.quick(2, Duration.ofSeconds(10), Duration.ofSeconds(1)));
        List<CompletableFuture<Void>> puts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            puts.add(one.put(pour().durable(true).build(), ORIGIN, 60_000_000_000L)
                    .toCompletableFuture());
        }

        int refused = 0;
        for (CompletableFuture<Void> put : puts) {
            try {
                put.orTimeout(20, TimeUnit.SECONDS).join();
            } catch (CompletionException e) {
                CommandException failure = (CommandException) e.getCause();
                assertThat(failure.error().code()).isEqualTo(ErrorCode.OVERLOADED);
                assertThat(failure.error().outcome()).isEqualTo(Outcome.NOT_SENT);
                refused++;
            }
        }

        assertThat(refused).isBetween(1, 498);
        assertThat(one.counts().onTheirWay()).isZero();
        Recorder recorder = new Recorder(true);
        other.open(Target.of(target), recorder).request(500);
        recorder.await(500 - refused);
    }

    @Test
    void aSpentCommandIsHandedOverWithNothingLeft() {
        Command command = pour().build();
        one.put(command, ORIGIN, -5).toCompletableFuture().join();

        Recorder recorder = new Recorder(true);
        other.open(Target.of(target), recorder).request(1);

        assertThat(recorder.await(1).get(0).command().ttlNanos()).isNegative();
    }

    @Test
    void aMessageThatIsNoCommandIsPutAsideWithItsReason() throws Exception {
        String queue = QueueNames.of(Target.of(target));
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            Queues.make(session, queue);
            ClientMessage foreign = session.createMessage(true);
            foreign.putStringProperty("colour", "red");
            foreign.getBodyBuffer().writeBytes(new byte[] {1, 2, 3});
            session.createProducer(queue).send(foreign);
            Command command = pour().build();
            put(command);

            Recorder recorder = new Recorder(true);
            other.open(Target.of(target), recorder).request(1);

            assertThat(ids(recorder.await(1))).containsExactly(command.id());
            session.start();
            await().until(() ->
                    session.queueQuery(org.apache.activemq.artemis.api.core.SimpleString.of(QueueNames.DEAD))
                                    .getMessageCount()
                            == 1);
            ClientMessage dead = session.createConsumer(QueueNames.DEAD).receive(5000);
            assertThat(dead.getStringProperty("colour")).isEqualTo("red");
            assertThat(dead.getStringProperty("sommelier_dead_address")).isEqualTo(queue);
            assertThat(dead.getStringProperty("sommelier_dead_reason")).contains("form");
            assertThat(dead.getBodyBuffer().readableBytes()).isEqualTo(3);
            dead.individualAcknowledge();
        }
        await().until(() -> other.counts().dead() == 1);
    }

    @Test
    void othersThatReadAreSeenWithinASecondAndOneselfIsNot() {
        Target address = Target.of(target);
        one.open(address, new Recorder()).request(5);
        assertThat(one.hasRemoteConsumers(address)).isFalse();
        await().during(Duration.ofMillis(700)).until(() -> !one.hasRemoteConsumers(address));

        Mailbox.Intake intake = other.open(address, new Recorder());
        intake.request(1);

        await().atMost(Duration.ofSeconds(2)).until(() -> one.hasRemoteConsumers(address));
        intake.close();
        await().atMost(Duration.ofSeconds(2)).until(() -> !one.hasRemoteConsumers(address));
    }

    @Test
    void aListenerThatThrowsLosesNothing() {
        Command command = pour().build();
        put(command);
        List<Integer> deliveries = new java.util.concurrent.CopyOnWriteArrayList<>();
        Mailbox.Intake intake = one.open(Target.of(target), waiting -> {
            deliveries.add(waiting.deliveries());
            if (deliveries.size() == 1) {
                throw new IllegalStateException("the test says so");
            }
            waiting.done();
        });

        intake.request(2);

        await().until(() -> one.counts().done() == 1);
        assertThat(deliveries).containsExactly(1, 1);
    }

    @Test
    void aMailboxWithoutABrokerRefusesAtOnceAndLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ArtemisMailbox alone = new ArtemisMailbox("alone", TestBroker.quick());
        Mailbox.Intake intake = alone.open(Target.of(target), new Recorder());
        intake.request(1);

        assertThatThrownBy(() -> alone.put(pour().build(), ORIGIN, 1_000_000_000L)
                        .toCompletableFuture()
                        .get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(CommandException.class, e -> {
                    assertThat(e.error().code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
                    assertThat(e.error().outcome()).isEqualTo(Outcome.NOT_SENT);
                });
        alone.stop().toCompletableFuture().get(5, TimeUnit.SECONDS);

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .noneMatch(thread -> thread.getName().startsWith("sommelier-alone")));
    }
}
