package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Note;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notes between two controllers of one broker. */
@Timeout(90)
class LinkTest {
    private static final Note.Take TAKE = new Note.Take(new CommandId(-7, 9), "anna", 42);
    private static final Note ABANDONED = new Note.Abandoned(
            TAKE, CommandError.of(ErrorCode.MEMBER_GONE, Outcome.UNKNOWN, Stage.REPLY_WAIT, "no word"));

    @TempDir
    Path data;

    private final Inbox north = new Inbox();
    private final Inbox south = new Inbox();
    private TestBroker broker;
    private ArtemisLink one;
    private ArtemisLink other;

    /** Keeps what came. */
    private static final class Inbox implements ControllerLink.Listener {
        final List<Note> notes = new CopyOnWriteArrayList<>();
        final List<ControllerLink.Sender> from = new CopyOnWriteArrayList<>();
        final List<ControllerLink.Sender> gone = new CopyOnWriteArrayList<>();
        volatile int ups;
        volatile int downs;

        @Override
        public void note(ControllerLink.Sender sender, Note note) {
            from.add(sender);
            notes.add(note);
        }

        @Override
        public void gone(ControllerLink.Sender sender) {
            gone.add(sender);
        }

        @Override
        public void up() {
            ups++;
        }

        @Override
        public void down() {
            downs++;
        }
    }

    @BeforeEach
    void start() {
        broker = new TestBroker(ArtemisSettings.defaults(data)
                        .withAddress("127.0.0.1", ArtemisSettings.Ports.NONE)
                        .withLimits(new ArtemisSettings.Limits(48L << 20, 200L << 20)))
                .start();
        one = broker.link("one");
        other = broker.link("other");
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private ControllerLink.Line open(ArtemisLink link, String id, Inbox inbox) {
        ControllerLink.Line line = link.open(id, inbox);
        await().until(() -> inbox.ups > 0);
        return line;
    }

    private static void join(java.util.concurrent.CompletionStage<Void> sent) {
        sent.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static CommandError failure(java.util.concurrent.CompletionStage<Void> sent) {
        try {
            join(sent);
        } catch (CompletionException e) {
            return ((CommandException) e.getCause()).error();
        }
        throw new AssertionError("it arrived");
    }

    private static Note.Reply reply(long number, Payload payload) {
        return new Note.Reply(TAKE, number, Part.data(payload).sequence(number).build());
    }

    private static List<Long> numbers(Inbox inbox) {
        return inbox.notes.stream().map(note -> ((Note.Reply) note).number()).toList();
    }

    @Test
    void everyNoteComesAsItWasSentAndSaysFromWhom() {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south:1.x", south);
        List<Note> notes = List.of(
                new Note.Ask(TAKE, 3, 2),
                new Note.Grant(new Note.Take(new CommandId(1, 2), "", -1), Long.MAX_VALUE),
                new Note.Deny(TAKE, true),
                new Note.Deny(TAKE, false),
                new Note.Return(TAKE, 4),
                ABANDONED,
                new Note.Credit(TAKE, 77),
                new Note.Cancel(TAKE, "the guest left"),
                new Note.Cancel(TAKE, ""),
                new Note.Check(TAKE, 0),
                new Note.Progress(TAKE, Note.Progress.NOT_KNOWN));

        notes.forEach(note -> line.send("south:1.x", note));

        await().until(() -> south.notes.size() >= notes.size());
        assertThat(south.notes).isEqualTo(notes);
        assertThat(south.from).allMatch(sender -> sender.controllerId().equals("north"));
        assertThat(south.from.stream().distinct()).hasSize(1);
    }

    @Test
    void everyPartComesAsItWasSent() {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        CommandError error =
                new CommandError(ErrorCode.HANDLER_FAILED, Outcome.EXECUTED, true, Stage.EXECUTION, "the cork broke");
        List<Part> parts = List.of(
                Part.accepted()
                        .headers(Headers.builder().add("a", "ä").add("a", "").build())
                        .contentType("text/plain")
                        .build(),
                Part.data(Payload.copyOf(new byte[] {0, -1, 127})).sequence(5).build(),
                Part.data(Payload.empty()).sequence(6).build(),
                Part.complete(Payload.ofText("all"))
                        .finalCount(7)
                        .suggestedStatus(201)
                        .build(),
                Part.failed(error)
                        .payload(Payload.ofText("why"))
                        .finalCount(1L << 40)
                        .build());

        for (int i = 0; i < parts.size(); i++) {
            line.send("south", new Note.Reply(TAKE, i, parts.get(i)));
        }

        await().until(() -> south.notes.size() >= parts.size());
        for (int i = 0; i < parts.size(); i++) {
            Note.Reply came = (Note.Reply) south.notes.get(i);
            Part sent = parts.get(i);
            assertThat(came.number()).isEqualTo(i);
            assertThat(came.take()).isEqualTo(TAKE);
            assertThat(came.part().status()).isEqualTo(sent.status());
            assertThat(came.part().sequence()).isEqualTo(sent.sequence());
            assertThat(came.part().finalCount()).isEqualTo(sent.finalCount());
            assertThat(came.part().suggestedStatus()).isEqualTo(sent.suggestedStatus());
            assertThat(came.part().headers()).isEqualTo(sent.headers());
            assertThat(came.part().contentType()).isEqualTo(sent.contentType());
            assertThat(came.part().payload()).isEqualTo(sent.payload());
            assertThat(came.part().error()).isEqualTo(sent.error());
        }
    }

    @Test
    void notesComeInTheOrderInWhichTheyWereSentAndNoneIsLost() {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        List<CompletableFuture<Void>> sent = new ArrayList<>();

        for (int i = 0; i < 10_000; i++) {
            sent.add(line.send("south", reply(i, Payload.empty())).toCompletableFuture());
        }

        CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        await().atMost(Duration.ofSeconds(30)).until(() -> south.notes.size() == 10_000);
        assertThat(numbers(south)).isSorted().doesNotHaveDuplicates();
        assertThat(one.counts().onTheirWay()).isZero();
        assertThat(one.counts().sent()).isEqualTo(10_000);
    }

    @Test
    void aLargePartComesWholeAndOthersAfterIt() {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        byte[] large = new byte[20 << 20];
        RandomGenerator.getDefault().nextBytes(large);

        join(line.send("south", reply(0, Payload.copyOf(large))));
        join(line.send("south", reply(1, Payload.ofText("small"))));
        join(line.send("south", reply(2, Payload.copyOf(large))));

        await().atMost(Duration.ofSeconds(20)).until(() -> south.notes.size() == 3);
        assertThat(numbers(south)).containsExactly(0L, 1L, 2L);
        assertThat(((Note.Reply) south.notes.get(2)).part().payload().toBytes()).isEqualTo(large);
    }

    @Test
    void whoeverIsNotThereIsToldOfAsGoneAndGetsNothingOnceHeComes() {
        ControllerLink.Line line = open(one, "north", north);

        CommandError first = failure(line.send("south", ABANDONED));
        CommandError second = failure(line.send("south", ABANDONED));
        open(other, "south", south);
        await().ignoreExceptions().until(() -> {
            join(line.send("south", new Note.Cancel(TAKE, "")));
            return true;
        });

        assertThat(first.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
        assertThat(first.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(second.code()).isEqualTo(ErrorCode.CONTROLLER_GONE);
        await().until(() -> !south.notes.isEmpty());
        assertThat(south.notes).containsOnly(new Note.Cancel(TAKE, ""));
    }

    @Test
    void whoeverComesInTimeGetsWhatWasSentBefore() {
        MailboxSettings patient = patient();
        ArtemisLink third = broker.link("third", patient);
        ControllerLink.Line line = open(third, "north", north);

        var sent = line.send("south", ABANDONED);
        open(other, "south", south);

        join(sent);
        await().until(() -> south.notes.size() == 1);
    }

    private static MailboxSettings patient() {
        return TestBroker.quick(1, Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    @Test
    void aControllerThatWasHeardOfAndGoesIsToldOf() throws Exception {
        open(one, "north", north);
        ControllerLink.Line line = open(other, "south", south);
        join(line.send("north", ABANDONED));
        await().until(() -> north.notes.size() == 1);

        line.close();

        await().until(() -> north.gone.size() == 1);
        assertThat(north.gone).containsExactly(north.from.get(0));
    }

    @Test
    void aControllerThatComesBackAtOnceUnderItsOldIdIsAnotherRun() throws Exception {
        ArtemisLink patientLink = broker.link("patient", patient()); // so that only the run tells
        ControllerLink.Line line = open(patientLink, "north", north);
        ControllerLink.Line first = open(other, "south", south);
        join(first.send("north", ABANDONED));
        await().until(() -> north.notes.size() == 1);

        first.close();
        Inbox again = new Inbox();
        open(other, "south", again);

        await().until(() -> north.gone.size() == 1);
        assertThat(north.gone).containsExactly(north.from.get(0));
        join(line.send("south", ABANDONED));
        await().until(() -> again.notes.size() == 1);
    }

    @Test
    void aSecondControllerOfTheSameIdGetsNoLineUntilTheFirstHasGone() {
        ControllerLink.Line first = open(one, "north", north);
        ControllerLink.Line line = open(other, "south", south);
        Inbox impostor = new Inbox();
        other.open("north", impostor);

        await().until(() -> other.problems().stream().anyMatch(problem -> problem.contains("north")));
        join(line.send("north", ABANDONED));
        await().until(() -> north.notes.size() == 1);
        assertThat(impostor.ups).isZero();
        first.close();

        await().until(() -> impostor.ups == 1);
        assertThat(other.problems()).isEmpty();
    }

    @Test
    void aBrokerThatIsAwayForAMomentKeepsTheOrderAndWhatIsSentMeanwhileComesLater() throws Exception {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        for (int i = 0; i < 100; i++) {
            join(line.send("south", reply(i, Payload.empty())));
        }
        await().until(() -> south.notes.size() == 100);

        broker.stop();
        await().until(() -> north.downs == 1 && south.downs == 1);
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            sent.add(line.send("south", reply(i, Payload.empty())).toCompletableFuture());
        }
        broker.start();

        sent.forEach(LinkTest::join);
        await().until(() -> south.notes.size() == 200);
        assertThat(numbers(south)).isSorted().doesNotHaveDuplicates();
        assertThat(north.ups).isEqualTo(2);
        assertThat(south.gone).isEmpty();
        assertThat(north.gone).isEmpty();
    }

    @Test
    void whatIsNotConfirmedWithinTheLimitIsToldOf() throws Exception {
        ArtemisLink third = broker.link("third", TestBroker.quick(1, Duration.ofMillis(300), Duration.ofSeconds(1)));
        ControllerLink.Line line = open(third, "north", north);
        broker.stop();

        CommandError error = failure(line.send("south", ABANDONED));

        assertThat(error.code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(third.counts().onTheirWay()).isZero();
        broker.start();
    }

    @Test
    void tooMuchOnItsWayIsRefusedAndNotesWithoutPayloadStillPass() throws Exception {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        broker.stop(); // so that it stays on its way
        Payload half = Payload.copyOf(new byte[33 << 20]);

        var first = line.send("south", reply(0, half));
        CommandError error = failure(line.send("south", reply(1, half)));
        var small = line.send("south", ABANDONED);
        broker.start();

        assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
        join(first);
        join(small);
        await().until(() -> south.notes.size() == 2);
    }

    @Test
    void aFullQueueIsToldOfAndTheLineGoesOn() throws Exception {
        ControllerLink.Line line = open(one, "north", north);
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            String queue = QueueNames.ofController("south");
            Queues.makeForController(session, queue);
            session.createConsumer(SimpleString.of(queue), null, 1, -1, false); // there, and slow
            Payload part = Payload.copyOf(new byte[1 << 20]);
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                CompletableFuture<Void> each =
                        line.send("south", reply(i, part)).toCompletableFuture();
                sent.add(each);
                await().until(each::isDone);
            }

            List<CompletableFuture<Void>> refused = sent.stream()
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .toList();
            assertThat(refused).hasSizeBetween(5, 55);
            assertThat(failure(refused.get(0)).code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(failure(refused.get(0)).outcome()).isEqualTo(Outcome.NOT_SENT);
        }
        open(other, "south", south);
        await().ignoreExceptions().until(() -> {
            join(line.send("south", ABANDONED));
            return true;
        });
    }

    @Test
    void whatIsNoNoteIsDroppedAndCounted() throws Exception {
        ControllerLink.Line line = open(one, "north", north);
        open(other, "south", south);
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            var producer = session.createProducer(QueueNames.ofController("south"));
            producer.send(session.createMessage(false));
            ClientMessage half = session.createMessage(false);
            half.putByteProperty("sommelier_form", (byte) 1);
            half.putByteProperty("sommelier_note", (byte) 4);
            half.putStringProperty("sommelier_from", "north");
            half.putLongProperty("sommelier_run", 1);
            producer.send(half);
            ClientMessage unknown = session.createMessage(false);
            unknown.putByteProperty("sommelier_form", (byte) 1);
            unknown.putByteProperty("sommelier_note", (byte) 99);
            producer.send(unknown);
        }

        join(line.send("south", ABANDONED));

        await().until(() -> south.notes.size() == 1);
        assertThat(other.counts().malformed()).isEqualTo(3);
    }

    @Test
    void aLineThatIsClosedLeavesNoQueueAndNoThread() throws Exception {
        ControllerLink.Line line = open(one, "north", north);
        line.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("sommelier-one-link")));
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            assertThat(session.queueQuery(SimpleString.of(QueueNames.ofController("north")))
                            .isExists())
                    .isFalse();
        }
        assertThat(failure(line.send("south", ABANDONED)).code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
    }
}
