package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More than fits into memory. */
interface VolumePromises extends WorldAccess {
    int PART_BYTES = 64 * 1024;
    int PARTS = 16 * 1024; // a gigabyte

    @Test
    @Tag(TransportContract.SMALL_HEAP)
    @Timeout(180)
    default void aStreamOfManyTimesTheHeapGoesThroughItWhileOtherCallsOnItsChannelsStayFast() throws Exception {
        World world = open();
        Payload part = Payload.copyOf(new byte[PART_BYTES]);
        int parts = PARTS / world.volumeDivisor();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, ECHO)
                .serving(
                        "flood",
                        CommandHandler.iterating(
                                invocation -> Collections.nCopies(parts, part).iterator())));
        PartRecorder recorder = PartRecorder.quick();

        Call flood = world.caller()
                .send(Command.to(TARGET, "flood").ttl(Duration.ofSeconds(150)).build(), recorder);
        long mostPassed = 0; // while one call was under way
        int calls = 0;
        do {
            long before = recorder.bytes();
            assertThat(WorldAccess.textOf(world.caller()
                            .send(Command.to(TARGET, POUR).payload(WINE).build())))
                    .isEqualTo("wine");
            mostPassed = Math.max(mostPassed, recorder.bytes() - before);
            calls++;
        } while (!recorder.hasEnded());

        flood.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(recorder.bytes()).isEqualTo((long) parts * PART_BYTES);
        assertThat(recorder.faults()).isEmpty();
        assertThat(calls).as("calls beside the stream").isPositive();
        assertThat(mostPassed)
                .as("what passed while a call was under way: one that waits for the stream sees all of it pass")
                .isLessThan((long) parts * PART_BYTES / 4);
    }

    @Test
    @Tag(TransportContract.SMALL_HEAP)
    @Timeout(180)
    default void readersThatKeepEmptyPartsFitIntoASmallHeapSinceTheirCreditIsUsedUp() throws Exception {
        World world = open();
        int parts = 200_000 / world.volumeDivisor();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(
                        "flood",
                        CommandHandler.iterating(invocation ->
                                Collections.nCopies(parts, Payload.empty()).iterator())));
        List<Call> calls = new ArrayList<>();
        List<BlockingQueue<Part>> kept = new ArrayList<>();

        for (int i = 0; i < 16; i++) { // all their parts together take more than the heap
            BlockingQueue<Part> keeping = new LinkedBlockingQueue<>();
            kept.add(keeping);
            calls.add(world.caller()
                    .send(
                            Command.to(TARGET, "flood")
                                    .ttl(Duration.ofSeconds(150))
                                    .build(),
                            (call, part) -> keeping.add(part)));
        }
        int most = (int) CommandSender.INITIAL_CREDIT_BYTES / Part.MIN_COST_BYTES;
        soon().untilAsserted(() ->
                assertThat(kept).allSatisfy(queue -> assertThat(queue).hasSize(most)));

        for (int i = 0; i < calls.size(); i++) {
            long taken = 0;
            for (Part part = next(kept.get(i)); part.status() == PartStatus.DATA; part = next(kept.get(i))) {
                taken++;
                calls.get(i).request(part.cost());
            }
            assertThat(taken).isEqualTo(parts);
        }
    }

    private static Part next(BlockingQueue<Part> queue) throws InterruptedException {
        return queue.poll(SOON.toSeconds(), TimeUnit.SECONDS);
    }
}
