package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.Outcome;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The mailbox of an instance ends some time after its last command, and no command is lost by it. */
@Timeout(120)
class IdleMailboxTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("", "anna", "node-1", 1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path data;

    private TestBroker broker;
    private ArtemisMailbox one;
    private ArtemisMailbox other; // removes none

    @BeforeEach
    void start() {
        broker = TestBroker.in(data.resolve("broker")).start();
        one = broker.removingMailbox("one");
        other = keeping("other");
    }

    /** Removes none, but keeps out of the way of those who do. */
    private ArtemisMailbox keeping(String name) {
        ArtemisMailbox mailbox = new ArtemisMailbox(name, TestBroker.quick(), System::nanoTime, TestBroker.QUICKLY);
        broker.follow(mailbox);
        TestBroker.awaitUp(mailbox);
        return mailbox;
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static Target barrel(Object number) {
        return new Target("cellar", "barrel-" + number);
    }

    private static Command command(Target to) {
        return Command.to(to, "pour").ttl(Duration.ofMinutes(5)).durable(true).build();
    }

    private static CompletableFuture<Void> putSoon(ArtemisMailbox mailbox, Command command) {
        return mailbox.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS);
    }

    private static CommandId put(ArtemisMailbox mailbox, Target to) {
        Command command = command(to);
        putSoon(mailbox, command).join();
        return command.id();
    }

    private static List<CommandId> ids(List<Mailbox.Waiting> waiting) {
        return waiting.stream().map(each -> each.command().id()).toList();
    }

    private Recorder open(ArtemisMailbox mailbox, Target address) {
        Recorder recorder = new Recorder(true);
        mailbox.open(address, recorder).request(1000);
        return recorder;
    }

    private interface Work<T> {
        T with(ClientSession session) throws Exception;
    }

    private <T> T atBroker(Work<T> work) throws Exception {
        CoreAccess core = broker.core();
        try (ClientSessionFactory connection = core.connect();
                ClientSession session = core.open(connection)) {
            return work.with(session);
        }
    }

    private boolean isThere(String queue) throws Exception {
        return atBroker(session -> session.queueQuery(SimpleString.of(queue)).isExists());
    }

    private boolean isThere(Target to) throws Exception {
        return isThere(QueueNames.of(to));
    }

    private boolean isMarked(Target to) throws Exception {
        return isThere(QueueNames.markOf(QueueNames.of(to)));
    }

    @Test
    void anIdleMailboxIsRemovedAndTheNextCommandsCome() throws Exception {
        Recorder recorder = open(one, barrel(1));
        List<CommandId> sent = new ArrayList<>();
        for (ArtemisMailbox by : List.of(one, other, other)) {
            sent.add(put(by, barrel(1)));
            assertThat(ids(recorder.await(sent.size()))).containsExactlyElementsOf(sent);

            await().atMost(LIMIT).until(() -> !isThere(barrel(1)));
            boolean hasAddress = atBroker(session -> session.addressQuery(SimpleString.of(QueueNames.of(barrel(1))))
                    .isExists());
            assertThat(hasAddress).isFalse();
        }
        await().atMost(LIMIT).until(() -> !isMarked(barrel(1)));
        assertThat(one.counts().removed()).isEqualTo(3);
        assertThat(other.counts().removed()).isZero();
    }

    @Test
    void theMailboxOfAnInstanceThatIsGoneIsRemovedToo() throws Exception {
        Recorder recorder = new Recorder(true);
        Mailbox.Intake intake = one.open(barrel(1), recorder);
        intake.request(10);
        put(one, barrel(1));
        recorder.await(1);
        intake.close();

        await().atMost(LIMIT).until(() -> !isThere(barrel(1)));
        CommandId waits = put(other, barrel(1));
        assertThat(ids(open(one, barrel(1)).await(1))).containsExactly(waits);
    }

    @Test
    void aMailboxStaysWhileACommandIsHeldOrWaitsOrAnotherReadsIt() throws Exception {
        Recorder holding = new Recorder();
        one.open(barrel("held"), holding).request(1);
        put(one, barrel("held"));
        holding.await(1);
        Recorder brief = new Recorder(true);
        Mailbox.Intake closed = one.open(barrel("waits"), brief);
        closed.request(1);
        put(one, barrel("waits"));
        brief.await(1);
        closed.close();
        CommandId waits = put(other, barrel("waits"));
        Recorder here = open(one, barrel("shared"));
        put(one, barrel("shared"));
        here.await(1);
        Recorder there = open(other, barrel("shared"));
        open(one, Target.of("cellar"));
        put(other, Target.of("cellar"));
        Recorder last = open(one, barrel("last"));
        put(one, barrel("last"));
        last.await(1);

        await().atMost(LIMIT).until(() -> !isThere(barrel("last"))); // the others' time was over before

        for (Target to : List.of(barrel("held"), barrel("waits"), barrel("shared"), Target.of("cellar"))) {
            assertThat(isThere(to)).as(to.toString()).isTrue();
        }
        assertThat(ids(open(one, barrel("waits")).await(1))).containsExactly(waits);
        put(one, barrel("shared"));
        await().until(() -> here.came().size() + there.came().size() == 2);
    }

    @Test
    void whoPutsWhileAMailboxIsAboutToBeRemovedHasItStay() throws Exception {
        ArtemisMailbox patient = broker.removingMailbox(
                "patient", new IdleTimes(TimeUnit.MINUTES.toNanos(5), TimeUnit.MINUTES.toNanos(10)));
        ArtemisMailbox fresh = keeping("fresh"); // remembers no queue
        Recorder recorder = open(patient, barrel(1));
        put(patient, barrel(1));
        recorder.await(1);
        await().atMost(LIMIT).until(() -> isMarked(barrel(1)));

        CommandId second = put(fresh, barrel(1));

        assertThat(ids(recorder.await(2))).contains(second);
        assertThat(isThere(barrel(1))).isTrue();
        assertThat(patient.counts().removed()).isZero();
    }

    @Test
    void aPutWaitsForAMarkInItsOrderAndGoesOnWhenWhoeverMadeItIsGone() throws Exception {
        List<Command> commands =
                Stream.generate(() -> command(barrel(1))).limit(5).toList();
        List<CompletableFuture<Void>> puts;
        CoreAccess core = broker.core();
        ClientSessionFactory connection = core.connectToTake();
        ClientSession session = core.openForTransactions(connection); // as readers have
        Queues.mark(session, QueueNames.of(barrel(1)));
        puts = commands.stream().map(command -> putSoon(other, command)).toList();
        SimpleString mark = SimpleString.of(QueueNames.markOf(QueueNames.of(barrel(1))));
        await().until(() -> session.queueQuery(mark).getMessageCount() > 0); // wishes
        put(other, barrel(2)); // others are not held up

        assertThat(puts).noneMatch(CompletableFuture::isDone);
        assertThat(isThere(barrel(1))).isFalse();
        core.abandon(connection); // as if it was killed

        CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(ids(open(one, barrel(1)).await(5)))
                .containsExactlyElementsOf(commands.stream().map(Command::id).toList());
    }

    @Test
    void aPutThatWaitsForAMarkIsNotSentWhenTheBrokerEnds() throws Exception {
        CoreAccess core = broker.core();
        ClientSessionFactory connection = core.connect();
        Queues.mark(core.open(connection), QueueNames.of(barrel(1)));
        CompletableFuture<Void> put = putSoon(other, command(barrel(1)));
        put(other, barrel(2)); // the first was looked at before

        broker.stop();

        assertThatThrownBy(() -> put.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failure -> assertThat(failure.error().outcome()).isEqualTo(Outcome.NOT_SENT));
        assertThat(other.counts().onTheirWay()).isZero();
        broker.start();
    }

    @Test
    void whatIsConfirmedTooLateToBeSafeIsUnknown() throws Exception {
        ArtemisMailbox hasty = broker.removingMailbox("hasty", new IdleTimes(1, TimeUnit.MINUTES.toNanos(5)));

        assertThatThrownBy(() -> put(hasty, barrel(1)))
                .cause()
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failure -> assertThat(failure.error().outcome()).isEqualTo(Outcome.UNKNOWN));
        put(hasty, Target.of("cellar")); // that of a target is never removed
    }

    @Test
    void nothingThatWasConfirmedIsLostHoweverPutsAndRemovalsMeet() throws Exception {
        int instances = 20;
        ArtemisMailbox two = broker.removingMailbox("two");
        List<ArtemisMailbox> writers = List.of(one, two, other);
        Set<CommandId> confirmed = ConcurrentHashMap.newKeySet();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < instances; i++) {
            recorders.add(open(i % 2 == 0 ? one : two, barrel(i)));
        }
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            Random random = new Random(t);
            ArtemisMailbox by = writers.get(t);
            threads.add(CompletableFuture.runAsync(() -> {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
                while (System.nanoTime() < end) {
                    int i = random.nextInt(instances); // each is idle for seconds now and then
                    confirmed.add(put(by, barrel(i)));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(600)));
                }
            }));
        }
        CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(recorders.stream().flatMap(recorder -> ids(recorder.came()).stream()))
                        .containsAll(confirmed));
        assertThat(one.counts().removed() + two.counts().removed()).isPositive();
        await().atMost(LIMIT)
                .until(() -> one.counts().removed() + two.counts().removed() >= instances
                        && Stream.iterate(0, i -> i < instances, i -> i + 1).noneMatch(this::isThereUnchecked));
    }

    private List<Long> messages(int instances) throws Exception {
        return atBroker(session -> {
            List<Long> counts = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                counts.add(session.queueQuery(SimpleString.of(QueueNames.of(barrel(i))))
                        .getMessageCount());
            }
            return counts;
        });
    }

    private boolean isThereUnchecked(int number) {
        try {
            return isThere(barrel(number));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBrokerThatStartsRemovesEmptyMailboxesOfInstancesAndNoOthers() throws Exception {
        Recorder retrying = new Recorder();
        other.open(barrel("retry"), retrying).request(1);
        CommandId delayed = put(other, barrel("retry"));
        retrying.await(1).get(0).retry(2, Duration.ofSeconds(15));
        await().until(() -> other.counts().retried() == 1 && other.counts().held() == 0);
        put(other, barrel("empty"));
        Recorder brief = open(other, barrel("empty"));
        brief.await(1);
        CommandId waits = put(other, barrel("waits"));
        put(other, Target.of("cellar"));
        open(other, Target.of("cellar")).await(1);
        broker.stop(other);
        await().until(() -> atBroker(session -> session.queueQuery(SimpleString.of(QueueNames.of(barrel("empty"))))
                        .getMessageCount()
                == 0));

        broker.stop();
        broker.start();

        assertThat(isThere(barrel("empty"))).isFalse();
        assertThat(isThere(Target.of("cellar"))).isTrue();
        assertThat(ids(open(one, barrel("waits")).await(1))).containsExactly(waits);
        assertThat(ids(open(one, barrel("retry")).await(1))).containsExactly(delayed);
    }
}
