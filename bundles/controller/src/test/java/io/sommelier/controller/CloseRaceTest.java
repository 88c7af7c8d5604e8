package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two threads that walk along many commands in step, so close that windows of a few instructions are met. */
@Timeout(120)
class CloseRaceTest {
    private static final int COMMANDS = 15_000;

    /** What is done with each command while its caller cancels it. */
    enum Act {
        ROUTE,
        COME_OUT,
        CLAIM,
        ANSWER,
        STREAM
    }

    private final Node node = new Node();
    private final AtomicInteger oneAt = new AtomicInteger();
    private final AtomicInteger otherAt = new AtomicInteger();

    @AfterEach
    void close() {
        node.close();
    }

    private static void together(AtomicInteger mine, AtomicInteger theirs, int step) {
        mine.set(step);
        for (int spins = 0; theirs.get() < step; spins++) {
            if (spins < 1000) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactlyOneOfCancelAndChannelDecides(Act act) throws Exception {
        HandChannel member = new HandChannel(1 << 20);
        RecordingReplyPath[] paths = new RecordingReplyPath[COMMANDS];
        Incoming[] incoming = new Incoming[COMMANDS];
        Outgoing[] outgoing = new Outgoing[COMMANDS];
        HandPipeline pipeline = new HandPipeline();
        if (act == Act.ROUTE) {
            node.controller.pipeline(pipeline);
        }
        if (act == Act.COME_OUT) {
            HandMailbox mailbox = new HandMailbox(node.clock::get);
            mailbox.storesAtOnce = false;
            node.controller.mailbox(mailbox);
            node.controller.settings(ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
        } else {
            join(member);
        }
        boolean[] acted = new boolean[COMMANDS];
        for (int i = 0; i < COMMANDS; i++) {
            paths[i] = new RecordingReplyPath();
            incoming[i] = node.send(Node.pour().build(), paths[i]);
            outgoing[i] = act == Act.ROUTE || act == Act.COME_OUT ? (Outgoing) incoming[i] : member.takeUnclaimed();
            if (act == Act.ANSWER || act == Act.STREAM) {
                outgoing[i].claim();
            }
        }
        if (act == Act.COME_OUT) {
            join(member);
        }
        Letter[] letters = new Letter[COMMANDS];
        for (int i = 0; i < COMMANDS; i++) {
            letters[i] = new Letter(outgoing[i].command());
        }

        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> acting = threads.submit(() -> {
                for (int i = 0; i < COMMANDS; i++) {
                    together(oneAt, otherAt, i + 1);
                    switch (act) {
                        case ROUTE -> pipeline.runs.get(i).passDown();
                        case COME_OUT -> ((Pending) outgoing[i]).takeUp(letters[i], readerOf("cellar"));
                        default -> acted[i] = act(act, outgoing[i]);
                    }
                }
            });
            Future<?> cancelling = threads.submit(() -> {
                for (int i = 0; i < COMMANDS; i++) {
                    together(otherAt, oneAt, i + 1);
                    for (int spins = i % 40; spins > 0; spins--) {
                        Thread.onSpinWait(); // now a little sooner, now a little later
                    }
                    incoming[i].cancel("enough");
                }
            });
            acting.get();
            cancelling.get();
        } finally {
            threads.shutdownNow();
        }

        for (Outgoing left = member.takeUnclaimed(); left != null; left = member.takeUnclaimed()) {
            if (left.claim()) {
                left.part(Part.complete(Payload.empty()).build());
            }
        }
        for (int i = 0; i < COMMANDS; i++) {
            check(act, acted[i], paths[i]);
        }
        node.isEmpty(member);
    }

    private void join(HandChannel member) {
        node.join(member, Hello.of("north").serves("cellar", List.of("pour")).capacity(1_000_000));
    }

    private MailboxReader readerOf(String targetId) {
        return node.controller.target(targetId).reader();
    }

    private static boolean act(Act act, Outgoing outgoing) {
        return switch (act) {
            case CLAIM -> outgoing.claim();
            case ANSWER -> outgoing.part(Part.complete(Payload.empty()).build());
            case STREAM -> outgoing.part(Part.data(Payload.ofText("d")).build());
            default -> throw new AssertionError(act);
        };
    }

    private static void check(Act act, boolean acted, RecordingReplyPath path) {
        int parts = path.parts().size();
        boolean isSo = !path.overlapped()
                && path.ended()
                && switch (act) {
                    case ROUTE, COME_OUT -> parts == 1;
                    case CLAIM -> parts == 1 && path.error().outcome() == (acted ? Outcome.UNKNOWN : Outcome.NOT_SENT);
                    case ANSWER -> parts == 1 && path.terminal().error().isEmpty() == acted;
                    case STREAM -> parts == (acted ? 2 : 1) && path.terminal().finalCount() == (acted ? 1 : 0);
                };
        if (!isSo) {
            throw new AssertionError("acted: " + acted + ", but the caller got " + path.parts());
        }
    }

    /** What came out of a mailbox that nobody asks. */
    private record Letter(Command command) implements Mailbox.Waiting {
        @Override
        public Mailbox.Origin origin() {
            return new Mailbox.Origin("caller", "", "node-1", 1);
        }

        @Override
        public long waitedNanos() {
            return 0;
        }

        @Override
        public int deliveries() {
            return 1;
        }

        @Override
        public void done() {
            // nothing is kept
        }

        @Override
        public void back() {
            // nothing is kept
        }

        @Override
        public void retry(int attempt, Duration delay) {
            // nothing is kept
        }

        @Override
        public void dead(CommandError why) {
            // nothing is kept
        }
    }
}
