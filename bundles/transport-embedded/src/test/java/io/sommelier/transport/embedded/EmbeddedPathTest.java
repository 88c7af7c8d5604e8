package io.sommelier.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Payload;
import io.sommelier.testkit.WorldSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way of a command from the caller through the controller to a direct handler and back. */
@Timeout(40)
class EmbeddedPathTest {
    private final EmbeddedWorld world = new EmbeddedWorld(WorldSettings.defaults());
    private final CommandSender caller = world.caller();

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void theWholeWayRunsOnTheCallersThreadBeforeSendReturns() {
        world.embedded()
                .register(MemberSpec.of("a", "cellar")
                        .direct(
                                "pour",
                                CommandHandler.answering(invocation ->
                                        Payload.ofText(Thread.currentThread().getName())))
                        .build());

        Call call = caller.send(Command.to("cellar", "pour").build());

        assertThat(call.result().toCompletableFuture()).isDone();
        assertThat(call.result().toCompletableFuture().join().payload().asText())
                .isEqualTo(Thread.currentThread().getName());
    }

    @Test
    void aCommandCostsAtMostAKibibyteOfMemoryAllTheWay() {
        world.embedded()
                .register(MemberSpec.of("a", "cellar")
                        .direct("pour", CommandHandler.answering(invocation -> invocation.payload()))
                        .build());
        Payload payload = Payload.copyOf(new byte[100]);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int commands = 20_000;

        // The first rounds run before the compiler has seen the code.
        await().pollInSameThread().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < commands; i++) {
                caller.send(Command.to("cellar", "pour").payload(payload).build())
                        .result()
                        .toCompletableFuture()
                        .join();
            }
            long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / commands;
            assertThat(bytes).as("bytes a command").isLessThanOrEqualTo(1024);
        });
    }

    @Test
    void handlersThatSendToHandlersNeverExhaustTheStack() throws Exception {
        AtomicInteger deepest = new AtomicInteger();
        ThreadLocal<int[]> depth = ThreadLocal.withInitial(() -> new int[1]);
        world.embedded()
                .register(MemberSpec.of("a", "cellar")
                        .capacity(10_000)
                        .direct("descend", (invocation, responder) -> {
                            deepest.accumulateAndGet(++depth.get()[0], Math::max);
                            int left = Integer.parseInt(invocation.payload().asText());
                            if (left == 0) {
                                responder.complete(Payload.ofText("down"));
                            } else {
                                caller.send(descend(left - 1))
                                        .result()
                                        .thenAccept(reply -> responder.complete(reply.payload()));
                            }
                            depth.get()[0]--;
                        })
                        .build());

        Call call = caller.send(descend(Command.MAX_HOPS));

        assertThat(call.result().toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(20))
                .satisfies(reply -> assertThat(reply.payload().asText()).isEqualTo("down"));
        assertThat(deepest.get()).isBetween(2, 17);
    }

    private static Command descend(int left) {
        return Command.to("cellar", "descend")
                .payload(Payload.ofText(String.valueOf(left)))
                .build();
    }

    @Test
    void callsThatSendTheNextFromTheirResultNeverExhaustTheStack() {
        world.embedded()
                .register(MemberSpec.of("a", "cellar")
                        .direct("pour", CommandHandler.answering(invocation -> invocation.payload()))
                        .build());
        CompletableFuture<Integer> end = new CompletableFuture<>();

        next(0, end);

        assertThat(end).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(20_000);
    }

    private void next(int count, CompletableFuture<Integer> end) {
        if (count == 20_000) {
            end.complete(count);
            return;
        }
        caller.send(Command.to("cellar", "pour").build(), (call, part) -> next(count + 1, end));
    }

    @Test
    void aReaderInTheSameJvmThatGivesCreditFromInsideDrawsALongStreamWithoutDepth() {
        AtomicInteger deepest = new AtomicInteger();
        AtomicInteger depth = new AtomicInteger();
        Payload kibibyte = Payload.copyOf(new byte[1024]);
        world.embedded()
                .register(MemberSpec.of("a", "cellar")
                        .direct(
                                "drip",
                                CommandHandler.iterating(invocation -> java.util.Collections.nCopies(100_000, kibibyte)
                                        .iterator()))
                        .build());

        Call call = caller.send(Command.to("cellar", "drip").build(), (same, part) -> {
            deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
            if (!part.status().isTerminal()) {
                same.request(part.payload().size());
            }
            depth.decrementAndGet();
        });

        assertThat(call.result().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(20));
        assertThat(call.result().toCompletableFuture().join().terminal().finalCount())
                .isEqualTo(100_000);
        assertThat(deepest).hasValue(1);
    }
}
