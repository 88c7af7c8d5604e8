package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Note;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What other controllers say of a command that waits, against all that may end it here. One terminal; NOT_SENT only where nobody was told to begin; and whoever was told to begin,
 * and did not end it, is told that it has ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class GrantRaceTest {
    private static final int RUNS = 2000;
    private static final ControllerLink.Sender ONE = new ControllerLink.Sender("node-2", 1);
    private static final ControllerLink.Sender TWO = new ControllerLink.Sender("node-3", 1);

    /** What another controller does; its notes come one at a time, so two of these do not race. */
    enum Said {
        ASK,
        ASK_BY_ANOTHER,
        REPLY,
        RETURN
    }

    /** What ends the command meanwhile. */
    enum End {
        CANCEL,
        DEADLINE,
        DRAIN,
        GONE
    }

    /** Keeps what is sent. */
    private static final class Sent implements ControllerLink, ControllerLink.Line {
        final Queue<Note> notes = new ConcurrentLinkedQueue<>();
        Listener listener;

        @Override
        public Line open(String controllerId, Listener taken) {
            listener = taken;
            return this;
        }

        @Override
        public CompletionStage<Void> send(String controllerId, Note note) {
            notes.add(note);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {
            // nothing is open
        }

        <T extends Note> List<T> all(Class<T> type) {
            return notes.stream().filter(type::isInstance).map(type::cast).toList();
        }
    }

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Sent link = new Sent();
    private Node node;
    private HandMailbox mailbox;

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (Said note : Said.values()) {
            for (End end : End.values()) {
                pairs.add(Arguments.of(note, end));
            }
        }
        return pairs.stream();
    }

    @BeforeAll
    void start() {
        node = new Node(ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
        mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.controller.link(link);
    }

    @AfterAll
    void stop() {
        node.close();
        threads.shutdownNow();
    }

    @ParameterizedTest(name = "{0} against {1}")
    @MethodSource("pairs")
    void oneTerminalThatIsTrueAndNobodyWorksOnInVain(Said what, End end) throws Exception {
        for (int run = 0; run < RUNS; run++) {
            race(what, end, run % 2 == 0);
        }
        node.isEmpty();
    }

    private void race(Said what, End end, boolean idempotent) throws Exception {
        link.notes.clear();
        mailbox.puts.clear();
        mailbox.box(io.sommelier.api.Target.of("cellar")).clear();
        RecordingReplyPath path = new RecordingReplyPath();
        Command command = Node.pour().idempotent(idempotent).build();
        Incoming call = node.send(command, path);
        Note.Take first = new Note.Take(command.id(), "", 1);
        Note.Take second = new Note.Take(command.id(), "", 2);
        if (what != Said.ASK) {
            link.listener.note(ONE, new Note.Ask(first, 1, 1));
        }
        CyclicBarrier start = new CyclicBarrier(2);

        Future<?> noting = threads.submit(() -> {
            start.await();
            switch (what) {
                case ASK -> link.listener.note(ONE, new Note.Ask(first, 1, 1));
                case ASK_BY_ANOTHER -> link.listener.note(TWO, new Note.Ask(second, 1, 1));
                case REPLY ->
                    link.listener.note(
                            ONE,
                            new Note.Reply(
                                    first, 0, Part.complete(Payload.empty()).build()));
                case RETURN -> link.listener.note(ONE, new Note.Return(first, 1));
            }
            return null;
        });
        Future<?> ending = threads.submit(() -> {
            start.await();
            switch (end) {
                case CANCEL -> call.cancel("enough");
                case DEADLINE -> ((Pending) call).endBefore(ErrorCode.EXPIRED, "the time to live was spent");
                case DRAIN -> node.controller.endAll();
                case GONE -> link.listener.gone(ONE);
            }
            return null;
        });
        noting.get();
        ending.get();
        boolean endedByTheRace = path.ended();
        call.cancel("the run is over");

        check(what, end, path, endedByTheRace);
    }

    private void check(Said what, End end, RecordingReplyPath path, boolean endedByTheRace) {
        List<Note.Grant> grants = link.all(Note.Grant.class);
        String all = path.parts() + " with " + link.notes;
        assertThat(path.parts()).as(all).hasSize(1);
        boolean isComplete = path.terminal().status() == PartStatus.COMPLETE;
        assertThat(!isComplete || what == Said.REPLY).as(all).isTrue();
        if (!isComplete && path.error().outcome() == Outcome.NOT_SENT) {
            // another has it out of the mailbox for the first time: so whoever had it before has given it back
            boolean isGivenBack = what == Said.RETURN || what == Said.ASK_BY_ANOTHER && grants.size() == 1;
            assertThat(grants.isEmpty() || isGivenBack).as(all).isTrue();
        }
        boolean isTold = link.all(Note.Cancel.class).stream()
                .anyMatch(cancel ->
                        cancel.take().equals(grants.get(grants.size() - 1).take()));
        boolean hadItNoMore = what == Said.RETURN || end == End.GONE;
        if (!isComplete && !grants.isEmpty() && !hadItNoMore) {
            assertThat(isTold).as(all).isTrue();
        }
        if (end != End.GONE) {
            assertThat(endedByTheRace).as(all).isTrue();
        }
    }
}
