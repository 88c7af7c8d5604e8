package io.sommelier.controller;

import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import java.util.List;
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
    private static final int COMMANDS = 20_000;

    /** What the channel does with each command while its caller cancels it. */
    enum Act {
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
        node.join(member, Hello.of("north").serves("cellar", List.of("pour")).capacity(1_000_000));
        RecordingReplyPath[] paths = new RecordingReplyPath[COMMANDS];
        Incoming[] incoming = new Incoming[COMMANDS];
        Outgoing[] outgoing = new Outgoing[COMMANDS];
        boolean[] acted = new boolean[COMMANDS];
        for (int i = 0; i < COMMANDS; i++) {
            paths[i] = new RecordingReplyPath();
            incoming[i] = node.send(Node.pour().build(), paths[i]);
            outgoing[i] = member.takeUnclaimed();
            if (act != Act.CLAIM) {
                outgoing[i].claim();
            }
        }

        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> acting = threads.submit(() -> {
                for (int i = 0; i < COMMANDS; i++) {
                    together(oneAt, otherAt, i + 1);
                    acted[i] = act(act, outgoing[i]);
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

        for (int i = 0; i < COMMANDS; i++) {
            check(act, acted[i], paths[i]);
        }
        node.isEmpty(member);
    }

    private static boolean act(Act act, Outgoing outgoing) {
        return switch (act) {
            case CLAIM -> outgoing.claim();
            case ANSWER -> outgoing.part(Part.complete(Payload.empty()).build());
            case STREAM -> outgoing.part(Part.data(Payload.ofText("d")).build());
        };
    }

    private static void check(Act act, boolean acted, RecordingReplyPath path) {
        int parts = path.parts().size();
        boolean isSo = !path.overlapped()
                && path.ended()
                && switch (act) {
                    case CLAIM ->
                        parts == 1 && path.error().outcome() == (acted ? Outcome.UNKNOWN : Outcome.NOT_SENT);
                    case ANSWER -> parts == 1 && path.terminal().error().isEmpty() == acted;
                    case STREAM -> parts == (acted ? 2 : 1) && path.terminal().finalCount() == (acted ? 1 : 0);
                };
        if (!isSo) {
            throw new AssertionError("acted: " + acted + ", but the caller got " + path.parts());
        }
    }
}
