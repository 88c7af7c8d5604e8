package io.sommelier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More than fits into memory. */
interface VolumePromises extends WorldAccess {
    int PART_BYTES = 64 * 1024;
    int PARTS = 16 * 1024;

    /** A limit that only a call that waits for the stream would reach. */
    Duration FAST = Duration.ofSeconds(2);

    @Test
    @Tag(TransportContract.SMALL_HEAP)
    @Timeout(180)
    default void aGigabyteStreamsThroughASmallHeapWhileOtherCallsOnItsChannelsStayFast() throws Exception {
        World world = open();
        Payload part = Payload.copyOf(new byte[PART_BYTES]);
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, ECHO)
                .serving(
                        "flood",
                        CommandHandler.iterating(
                                invocation -> Collections.nCopies(PARTS, part).iterator())));
        PartRecorder recorder = PartRecorder.quick();

        Call flood = world.caller()
                .send(Command.to(TARGET, "flood").ttl(Duration.ofSeconds(150)).build(), recorder);
        long slowestNanos = 0;
        int calls = 0;
        do {
            long before = System.nanoTime();
            assertThat(WorldAccess.textOf(world.caller()
                            .send(Command.to(TARGET, POUR).payload(WINE).build())))
                    .isEqualTo("wine");
            slowestNanos = Math.max(slowestNanos, System.nanoTime() - before);
            calls++;
        } while (!recorder.hasEnded());

        flood.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(recorder.bytes()).isEqualTo((long) PARTS * PART_BYTES);
        assertThat(recorder.faults()).isEmpty();
        assertThat(calls).as("calls beside the stream").isPositive();
        assertThat(Duration.ofNanos(slowestNanos)).isLessThan(FAST);
    }
}
