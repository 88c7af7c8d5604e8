package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Promise 1: exactly one terminal, whoever races whom, and its outcome is true. Every pair of those who can end or move a command runs thousands of times, from every state
 * in which both can act; after each run nothing is left.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class SettlementRaceTest {
    private static final int RUNS = 3000;

    /** Who acts. */
    enum Actor {
        CLAIM,
        REPLY,
        STREAM,
        DEADLINE,
        CANCEL,
        CALLER_GONE,
        LOSS,
        TAKEOVER,
        REDISPATCH,
        DRAIN
    }

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private Node node;

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
        node = new Node();
    }

    @AfterAll
    void stop() {
        node.close();
        threads.shutdownNow();
    }

    @ParameterizedTest(name = "{0} against {1}")
    @MethodSource("pairs")
    void oneTerminalWithTheTrueOutcomeAndNothingHeld(Actor one, Actor other) throws Exception {
        Random random = new Random(one.ordinal() * 31L + other.ordinal());
        for (int run = 0; run < RUNS; run++) {
            new Run(run, random).race(one, other);
        }
        assertThat(node.controller.table().size()).isZero();
        assertThat(node.controller.budget().heldBytes()).isZero();
    }

    /** One command, and who acts on it. */
    private final class Run {
        private final int number;
        private final Random random;
        private final HandChannel first = new HandChannel(4);
        private final RecordingReplyPath path = new RecordingReplyPath();
        private final boolean idempotent;
        private final List<HandChannel> all = new ArrayList<>();
        private final String resumeToken;
        private volatile boolean claimed;
        private volatile boolean completed;

        Run(int number, Random random) {
            this.number = number;
            this.random = random;
            this.idempotent = random.nextBoolean();
            resumeToken = node.join(first, hello("first")).welcome().resumeToken();
            all.add(first);
        }

        private Hello.Builder hello(String instance) {
            return Hello.of(instance).serves("cellar", List.of("pour")).capacity(4);
        }

        void race(Actor one, Actor other) throws Exception {
            if (one == Actor.REDISPATCH || other == Actor.REDISPATCH) {
                all.add(new HandChannel(4));
            }
            Command command = Node.pour()
                    .ttl(Duration.ofSeconds(5))
                    .idempotent(idempotent)
                    .payload(Payload.ofText("n" + number))
                    .build();
            Incoming incoming = submit(command);
            prepare(one, other);
            Pending entry = node.find(command);
            CyclicBarrier together = new CyclicBarrier(2);
            Future<?> left = threads.submit(() -> act(one, together, incoming, entry));
            Future<?> right = threads.submit(() -> act(other, together, incoming, entry));
            left.get();
            right.get();
            finish();
            check(command);
        }

        private Incoming submit(Command command) {
            if (all.size() == 1) {
                return node.send(command, path);
            }
            // a fresh first member, then the command, then the second member
            first.lose();
            HandChannel fresh = new HandChannel(4);
            all.set(0, fresh);
            node.join(fresh, hello("first-again"));
            Incoming incoming = node.send(command, path);
            node.join(all.get(1), hello("second"));
            return incoming;
        }

        /** Brings the command into a state in which both can act. */
        private void prepare(Actor one, Actor other) {
            if (one == Actor.CLAIM || other == Actor.CLAIM) {
                return;
            }
            int depth = random.nextInt(3);
            if (one == Actor.REPLY || one == Actor.STREAM || other == Actor.REPLY || other == Actor.STREAM) {
                depth = Math.max(1, depth);
            }
            if (depth > 0) {
                claim(all.get(0));
            }
            if (depth > 1) {
                all.get(0).answer(Part.accepted().build());
            }
        }

        private void claim(HandChannel channel) {
            if (channel.claimNext()) {
                claimed = true;
            }
        }

        private void complete(HandChannel channel) {
            if (channel.answer(Part.complete(Payload.ofText("ok")).build())) {
                completed = true;
            }
        }

        private Void act(Actor actor, CyclicBarrier together, Incoming incoming, Pending entry) throws Exception {
            together.await();
            switch (actor) {
                case CLAIM -> claim(all.get(0));
                case REPLY -> complete(all.get(0));
                case STREAM -> stream();
                case DEADLINE -> entry.onTimer(Long.MAX_VALUE / 2);
                case CANCEL -> incoming.cancel("the test says so");
                case CALLER_GONE -> incoming.callerGone("the test says so");
                case LOSS, REDISPATCH -> all.get(0).lose();
                case TAKEOVER -> takeOver();
                case DRAIN -> node.controller.endAll();
                default -> throw new AssertionError(actor);
            }
            return null;
        }

        private void stream() {
            for (int i = 0; i < 3; i++) {
                all.get(0).answer(Part.data(Payload.ofText("d")).sequence(i).build());
            }
        }

        private void takeOver() {
            HandChannel next = new HandChannel(4);
            synchronized (all) {
                all.add(next);
            }
            try {
                String instance = all.get(0) == first ? "first" : "first-again";
                node.join(
                        next,
                        hello(instance).resumeToken(all.get(0).peer.welcome().resumeToken()));
            } catch (java.util.concurrent.CompletionException refused) {
                // another take-over was faster, and its channel answers probes
                synchronized (all) {
                    all.remove(next);
                }
            }
        }

        /** Whatever is still queued or claimed somewhere is answered. */
        private void finish() {
            for (HandChannel channel : List.copyOf(all)) {
                while (channel.queued() > 0) {
                    claim(channel);
                }
                complete(channel);
            }
        }

        private void check(Command command) {
            assertThat(path.overlapped()).as("parts come one at a time").isFalse();
            assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                    .as("exactly one terminal in %s", path.parts())
                    .hasSize(1);
            Part terminal = path.terminal();
            long data = path.parts().stream()
                    .filter(part -> part.status() == PartStatus.DATA)
                    .count();
            if (terminal.status() == PartStatus.FAILED) {
                CommandError error = path.error();
                assertThat(terminal.finalCount()).isEqualTo(data);
                assertThat(completed)
                        .as("a completion was taken, but the caller was told %s", error)
                        .isFalse();
                if (claimed) {
                    assertThat(error.outcome()).as("a member had it: %s", error).isEqualTo(Outcome.UNKNOWN);
                } else {
                    assertThat(error.outcome())
                            .as("no member had it: %s", error)
                            .isEqualTo(Outcome.NOT_SENT);
                }
            } else {
                assertThat(completed).isTrue();
            }
            assertThat(node.find(command)).isNull();
            for (HandChannel channel : all) {
                assertThat(((Session) channel.peer).inFlight())
                        .as("capacity is given back")
                        .isZero();
                channel.lose();
            }
        }
    }
}
