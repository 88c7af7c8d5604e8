package io.sommelier.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise 8: the only member of a target goes and comes again, as at the update of its bundle, while commands flow. There is no mailbox. */
@Timeout(60)
class HandlerUpdateTest {
    private static final int UPDATES = 50;
    private static final int SENDERS = 3;
    private static final int UNDER_WAY = 100;
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Controller controller = new Controller("controller-1", ControllerSettings.defaults());
    private final EmbeddedTransport transport = new EmbeddedTransport();
    private final AtomicInteger executed = new AtomicInteger();

    @BeforeEach
    void start() {
        controller.add(transport).toCompletableFuture().join();
    }

    @AfterEach
    void stop() {
        controller.close(Duration.ofSeconds(1));
    }

    private EmbeddedMember member(int version, boolean isDirect) {
        CommandHandler handler = CommandHandler.answering(invocation -> {
            executed.incrementAndGet();
            return invocation.payload();
        });
        MemberSpec.Builder spec = MemberSpec.of("member-" + version, "cellar").capacity(64);
        return transport.register(
                isDirect
                        ? spec.direct("pour", handler).build()
                        : spec.operation("pour", handler).build());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLostAndNothingRunsTwice(boolean isDirect) throws Exception {
        EmbeddedMember serving = member(0, isDirect);
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            EmbeddedSender sender = transport.sender("sender-" + i);
            Semaphore room = new Semaphore(UNDER_WAY / SENDERS / 2); // all of them together fit the member
            Thread thread = new Thread(() -> {
                while (!isOver.get()) {
                    room.acquireUninterruptibly();
                    sent.incrementAndGet();
                    Call call = sender.send(Command.to("cellar", "pour")
                            .payload(Payload.ofText("red"))
                            .build());
                    call.result().whenComplete((reply, failure) -> {
                        room.release();
                        if (failure != null) {
                            failures.add(failure);
                        }
                    });
                }
                room.acquireUninterruptibly(UNDER_WAY / SENDERS / 2); // all have ended
            });
            senders.add(thread);
            thread.start();
        }

        for (int version = 1; version <= UPDATES; version++) {
            int before = executed.get();
            while (executed.get() < before + 20 && failures.isEmpty()) {
                Thread.onSpinWait();
            }
            serving.close(DRAIN).toCompletableFuture().join();
            serving = member(version, isDirect);
        }
        isOver.set(true);
        for (Thread sender : senders) {
            sender.join();
        }

        assertThat(failures).isEmpty();
        assertThat(executed).hasValue(sent.get());
        assertThat(controller.admin().inFlight()).isZero();
        assertThat(controller.admin().bytesHeld()).isZero();
    }

    @Test
    void commandsOfOneSenderStayInTheirOrder() throws Exception {
        List<String> order = new ArrayList<>(); // by one direct handler at a time
        EmbeddedMember first = transport.register(MemberSpec.of("first", "cellar")
                .direct("pour", CommandHandler.answering(invocation -> Payload.empty()))
                .build());
        EmbeddedSender sender = transport.sender("sender");
        first.close(DRAIN).toCompletableFuture().join();
        List<String> sent = new ArrayList<>();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sent.add("n" + i);
            calls.add(sender.send(Command.to("cellar", "pour")
                            .payload(Payload.ofText("n" + i))
                            .build())
                    .result()
                    .toCompletableFuture());
        }

        transport.register(MemberSpec.of("second", "cellar")
                .direct("pour", CommandHandler.answering(invocation -> {
                    order.add(invocation.payload().asText());
                    return Payload.empty();
                }))
                .build());
        CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new)).join();

        assertThat(order).isEqualTo(sent);
    }
}
