package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing ends early, nothing later than two ticks, and what has ended is let go within a tick. */
@Timeout(60)
class DeadlineWheelTest {
    private static final Duration TICK = Duration.ofNanos(DeadlineWheel.TICK_NANOS);
    private static final Duration ROTATION = TICK.multipliedBy(4096);

    private final Node node = new Node(ControllerSettings.defaults().withStreamIdle(Duration.ofHours(1)));

    @BeforeEach
    void open() {
        node.join(
                new HandChannel(1 << 20),
                Hello.of("north").serves("cellar", List.of("pour")).capacity(1_000_000));
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** A command that waits for its deadline. */
    private final class Waiting {
        final RecordingReplyPath path = new RecordingReplyPath();
        final long deadlineNanos;
        final Incoming incoming;

        Waiting(Duration ttl) {
            Command command = Node.pour().ttl(ttl).build();
            deadlineNanos = node.clock.get() + ttl.toNanos();
            incoming = node.send(command, path);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void behavesAsAListOfDeadlinesWhateverIsAddedAndTakenOut(long seed) {
        Random random = new Random(seed);
        List<Waiting> live = new ArrayList<>();
        int expired = 0;
        for (int step = 0; step < 400; step++) {
            for (int i = random.nextInt(8); i > 0; i--) {
                live.add(new Waiting(randomTtl(random)));
            }
            while (!live.isEmpty() && random.nextInt(3) == 0) {
                live.remove(random.nextInt(live.size())).incoming.cancel("enough");
            }

            node.passes(randomStep(random));

            long now = node.clock.get();
            for (Iterator<Waiting> each = live.iterator(); each.hasNext(); ) {
                Waiting waiting = each.next();
                if (waiting.path.ended()) {
                    assertThat(waiting.path.error().code()).isEqualTo(ErrorCode.EXPIRED);
                    assertThat(now).as("early").isGreaterThanOrEqualTo(waiting.deadlineNanos);
                    each.remove();
                    expired++;
                } else {
                    assertThat(now - waiting.deadlineNanos)
                            .as("late, in step %s of seed %s", step, seed)
                            .isLessThanOrEqualTo(2 * DeadlineWheel.TICK_NANOS);
                }
            }
            assertThat(node.controller.table().size()).isEqualTo(live.size());
            assertThat(node.slotted()).as("linked, and live").isLessThanOrEqualTo(live.size());
        }
        assertThat(expired).isGreaterThan(100);
    }

    private static Duration randomTtl(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ofNanos(1 + random.nextInt(50_000_000));
            case 1 -> Duration.ofMillis(1 + random.nextInt(1000));
            case 2 -> Duration.ofMillis(1 + random.nextInt(40_000));
            default -> ROTATION.plusMillis(random.nextInt(200_000));
        };
    }

    private static Duration randomStep(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Duration.ZERO;
            case 1 -> Duration.ofSeconds(1 + random.nextInt(20));
            case 2 -> random.nextInt(6) == 0 ? Duration.ofSeconds(100 + random.nextInt(100)) : TICK;
            default -> Duration.ofNanos(random.nextInt(400_000_000));
        };
    }

    @Test
    void commandIsCalledAtTheFirstTickAfterItsDeadline() {
        Waiting waiting = new Waiting(Duration.ofMillis(100));
        node.passes(Duration.ofMillis(100).minusNanos(1));
        boolean early = waiting.path.ended();

        node.passes(TICK);

        assertThat(early).isFalse();
        assertThat(waiting.path.ended()).isTrue();
    }

    @Test
    void commandThatEndsIsUnlinkedAtTheNextTick() {
        Waiting waiting = new Waiting(Duration.ofHours(1));
        node.passes(TICK);
        int whileItLives = node.slotted();

        waiting.incoming.cancel("enough");
        node.passes(Duration.ZERO);

        assertThat(whileItLives).isEqualTo(1);
        assertThat(node.slotted()).isZero();
    }

    @Test
    void commandThatEndsBeforeTheFirstTickIsNeverLinked() {
        new Waiting(Duration.ofHours(1)).incoming.cancel("enough");

        node.passes(TICK);

        assertThat(node.slotted()).isZero();
    }

    @Test
    void timeToLiveOfManyRotationsIsKept() {
        Duration ttl = ROTATION.multipliedBy(3).plusMillis(5);
        Waiting waiting = new Waiting(ttl);
        for (Duration at = Duration.ZERO; at.compareTo(ttl.minusSeconds(1)) < 0; at = at.plusMillis(500)) {
            node.passes(Duration.ofMillis(500));
            assertThat(waiting.path.ended()).isFalse();
        }

        node.passes(Duration.ofSeconds(1).plus(TICK));

        assertThat(waiting.path.ended()).isTrue();
    }

    @Test
    void jumpOfTheClockOverManyRotationsCallsWhatIsDueAndNothingElse() {
        List<Waiting> due = new ArrayList<>();
        for (int i = 1; i < 200; i++) {
            due.add(new Waiting(Duration.ofSeconds(i)));
        }
        Waiting notDue = new Waiting(ROTATION.multipliedBy(20).plusMillis(1));
        node.passes(TICK);

        node.passes(ROTATION.multipliedBy(20).minus(TICK));

        assertThat(due).allMatch(waiting -> waiting.path.ended());
        assertThat(notDue.path.ended()).isFalse();
        node.passes(TICK.multipliedBy(2));
        assertThat(notDue.path.ended()).isTrue();
    }

    @Test
    void entriesThatAreAddedAndTakenOutByManyThreadsDuringTicksAreAllLetGo() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                senders.add(threads.submit(() -> {
                    for (int n = 0; n < 5000; n++) {
                        Waiting one = new Waiting(Duration.ofHours(1));
                        Waiting other = new Waiting(Duration.ofHours(2));
                        one.incoming.cancel("enough");
                        if (n % 8 == 0) {
                            Thread.yield();
                        }
                        other.incoming.cancel("enough");
                    }
                }));
            }
            while (senders.stream().anyMatch(sender -> !sender.isDone())) {
                node.passes(TICK);
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
            node.passes(TICK);

            assertThat(node.slotted()).isZero();
            node.isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }
}
