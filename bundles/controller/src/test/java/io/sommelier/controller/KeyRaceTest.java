package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 5 under races: whoever sends, ends or gives up at the same time, one of the commands with a key is dispatched, each caller gets exactly one terminal, which is true of its
 * command, and nothing is held after it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class KeyRaceTest {
    private static final int RUNS = 1000;
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /** Who acts while one command runs under the key and another has joined it. */
    enum Actor {
        /** One more with the same key comes. */
        SEND,
        CLAIM,
        REPLY,
        REFUSE,
        STREAM,
        /** The time of the one that runs is over. */
        DEADLINE,
        CANCEL,
        LOSS,
        DRAIN,
        /** The time of the one that has joined is over. */
        LATE,
        /** The one that has joined is given up. */
        LEAVE
    }

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private Node node;
    private KeyWindow keys;
    private int runs;

    static Stream<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        Actor[] actors = Actor.values();
        for (int i = 0; i < actors.length; i++) {
            for (int j = i; j < actors.length; j++) {
                pairs.add(Arguments.of(actors[i], actors[j]));
            }
        }
        return pairs.stream();
    }

    @BeforeAll
    void start() {
        node = new Node(ControllerSettings.defaults().withKeys(new KeySettings(WINDOW, 1_000_000, 64 << 20, 64 << 10)));
        keys = node.controller.keys();
    }

    @AfterAll
    void stop() {
        node.close();
        threads.shutdownNow();
    }

    /** Every key is forgotten when its time is over, and nothing is kept for one that was. */
    private void nothingIsLeft() {
        assertThat(node.controller.table().size()).isZero();
        assertThat(node.controller.budget().heldBytes()).isZero();
        assertThat(keys.running()).isZero();
        node.advance(WINDOW);
        keys.sweep();
        assertThat(keys.keys()).isZero();
        assertThat(keys.keptBytes()).isZero();
    }

    @ParameterizedTest(name = "{0} against {1}")
    @MethodSource("pairs")
    void oneIsDispatchedAndEachGetsOneTrueTerminal(Actor one, Actor other) throws Exception {
        Random random = new Random(one.ordinal() * 31L + other.ordinal());
        for (int i = 0; i < RUNS; i++) {
            new Run(random).race(one, other);
        }
        nothingIsLeft();
    }

    @Test
    void ofTwoThatComeFirstAtOnceOneIsDispatched() throws Exception {
        HandChannel member = new HandChannel(4);
        node.join(member, hello("alone"));
        for (int i = 0; i < 20_000; i++) {
            int number = ++runs;
            RecordingReplyPath left = new RecordingReplyPath();
            RecordingReplyPath right = new RecordingReplyPath();

            together(
                    () -> node.send(keyed(number, false).build(), left),
                    () -> node.send(keyed(number, false).build(), right));

            assertThat(member.queued()).isEqualTo(1);
            member.claimNext();
            member.answer(Part.complete(Payload.ofText("ok")).build());
            assertThat(left.terminal().status()).isEqualTo(PartStatus.COMPLETE);
            assertThat(right.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        }
        member.lose();
        nothingIsLeft();
    }

    /** An old stream is read while its reader gives credit, is given up, and runs out of time. */
    @RepeatedTest(3)
    void oldStreamComesInOrderAndEndsOnceWhoeverEndsIt() throws Exception {
        HandChannel member = new HandChannel(4);
        node.join(member, hello("alone"));
        int number = ++runs;
        node.send(keyed(number, false).build(), new RecordingReplyPath());
        member.claimNext();
        for (int i = 0; i < 5; i++) {
            member.answer(Part.data(Payload.copyOf(new byte[200])).sequence(i).build());
        }
        member.answer(Part.complete(Payload.empty()).finalCount(5).build());
        Random random = new Random(number);
        for (int i = 0; i < 5000; i++) {
            Command command = keyed(number, false).build();
            RecordingReplyPath path = new RecordingReplyPath();
            Incoming incoming = node.send(command, random.nextInt(300), path);
            Pending entry = node.find(command);
            boolean isGivenUp = random.nextBoolean();

            together(
                    () -> {
                        for (int n = 0; n < 10; n++) {
                            incoming.credit(100);
                        }
                    },
                    () -> {
                        if (isGivenUp) {
                            incoming.cancel("enough");
                        } else {
                            entry.onTimer(Long.MAX_VALUE / 2);
                        }
                    });

            List<Part> parts = path.parts();
            assertThat(path.overlapped()).isFalse();
            assertThat(parts.stream().filter(part -> part.status().isTerminal()))
                    .hasSize(1);
            for (int n = 0; n < parts.size() - 1; n++) {
                assertThat(parts.get(n).sequence()).isEqualTo(n);
            }
            assertThat(path.terminal().finalCount()).isEqualTo(parts.size() - 1);
        }
        member.lose();
        nothingIsLeft();
    }

    private static Hello.Builder hello(String instance) {
        return Hello.of(instance).serves("cellar", List.of("pour")).capacity(4);
    }

    private static Command.Builder keyed(int number, boolean isIdempotent) {
        return Node.pour()
                .ttl(Duration.ofSeconds(5))
                .idempotencyKey("k" + number)
                .idempotent(isIdempotent)
                .payload(Payload.ofText("red"));
    }

    private void together(Runnable one, Runnable other) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        Future<?> left = threads.submit(() -> {
            barrier.await();
            one.run();
            return null;
        });
        Future<?> right = threads.submit(() -> {
            barrier.await();
            other.run();
            return null;
        });
        left.get();
        right.get();
    }

    /** One key, and who acts on it. */
    private final class Run {
        private final int number = ++runs;
        private final Random random;
        private final boolean isIdempotent;
        private final HandChannel north = new HandChannel(8);
        private final HandChannel south = new HandChannel(8);
        private final List<Sent> all = new ArrayList<>();
        private int completions;
        private int refusals;

        Run(Random random) {
            this.random = random;
            this.isIdempotent = random.nextInt(4) == 0;
        }

        /** A command, and what its caller was told. */
        private final class Sent {
            final Command command = keyed(number, isIdempotent).build();
            final RecordingReplyPath path = new RecordingReplyPath();
            final Incoming incoming;
            final Pending entry;

            Sent() {
                incoming = node.send(command, path);
                entry = node.find(command);
            }
        }

        void race(Actor one, Actor other) throws Exception {
            node.join(north, hello("north"));
            Sent runner = new Sent();
            Sent joined = new Sent();
            all.add(runner);
            all.add(joined);
            node.join(south, hello("south"));
            prepare(one, other);

            together(() -> act(one, runner, joined), () -> act(other, runner, joined));

            finish();
            check();
        }

        private void prepare(Actor one, Actor other) {
            if (one == Actor.CLAIM || other == Actor.CLAIM) {
                return;
            }
            int depth = random.nextInt(3);
            if (needsClaim(one) || needsClaim(other)) {
                depth = Math.max(1, depth);
            }
            if (depth > 0) {
                north.claimNext();
            }
            if (depth > 1) {
                north.answer(Part.accepted().build());
            }
        }

        private static boolean needsClaim(Actor actor) {
            return actor == Actor.REPLY || actor == Actor.REFUSE || actor == Actor.STREAM;
        }

        private void act(Actor actor, Sent runner, Sent joined) {
            switch (actor) {
                case SEND -> {
                    Sent more = new Sent();
                    synchronized (all) {
                        all.add(more);
                    }
                }
                case CLAIM -> north.claimNext();
                case REPLY -> complete(north);
                case REFUSE -> refuse(north);
                case STREAM -> north.answer(Part.data(Payload.ofText("d")).build());
                case DEADLINE -> runner.entry.onTimer(Long.MAX_VALUE / 2);
                case CANCEL -> runner.incoming.cancel("the test says so");
                case LOSS -> north.lose();
                case DRAIN -> node.controller.endAll();
                case LATE -> joined.entry.onTimer(Long.MAX_VALUE / 2);
                case LEAVE -> joined.incoming.cancel("the test says so");
                default -> throw new AssertionError(actor);
            }
        }

        private void complete(HandChannel member) {
            if (member.answer(Part.complete(Payload.ofText("ok " + number)).build())) {
                synchronized (all) {
                    completions++;
                }
            }
        }

        private void refuse(HandChannel member) {
            if (member.answer(Part.failed(CommandError.of(
                            ErrorCode.MEMBER_BUSY, Outcome.REFUSED, Stage.MEMBER_QUEUE, "the executor is full"))
                    .build())) {
                synchronized (all) {
                    refusals++;
                }
            }
        }

        /** Whatever is queued or claimed is answered, and what that brings too. */
        private void finish() {
            do {
                for (HandChannel member : List.of(north, south)) {
                    complete(member);
                    member.claimNext();
                    complete(member);
                }
            } while (north.queued() + south.queued() > 0);
        }

        private void check() {
            List<CommandId> claimed = new ArrayList<>(north.claimedIds());
            claimed.addAll(south.claimedIds());
            if (!isIdempotent) {
                assertThat(claimed).as("dispatches, %s refused", refusals).hasSizeLessThanOrEqualTo(1 + refusals);
                assertThat(completions).as("executions").isLessThanOrEqualTo(1);
            }
            for (Sent sent : all) {
                RecordingReplyPath path = sent.path;
                assertThat(path.overlapped()).as("parts come one at a time").isFalse();
                assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                        .as("exactly one terminal in %s", path.parts())
                        .hasSize(1);
                Part terminal = path.terminal();
                if (terminal.status() == PartStatus.COMPLETE) {
                    assertThat(completions).isPositive();
                    assertThat(terminal.payload().asText()).isEqualTo("ok " + number);
                } else if (path.error().outcome() == Outcome.NOT_SENT) {
                    assertThat(claimed).as("not sent: %s", path.error()).doesNotContain(sent.command.id());
                } else if (path.error().outcome() == Outcome.REFUSED) {
                    assertThat(refusals).isPositive();
                } else {
                    assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
                    if (path.error().code() == ErrorCode.REPLY_NOT_KEPT) {
                        assertThat(claimed).as("may have been executed").isNotEmpty();
                    }
                }
                assertThat(node.find(sent.command)).isNull();
            }
            assertThat(keys.running()).isZero();
            for (HandChannel member : List.of(north, south)) {
                assertThat(Node.sessionOf(member).inFlight())
                        .as("capacity is given back")
                        .isZero();
                member.lose();
            }
        }
    }
}
