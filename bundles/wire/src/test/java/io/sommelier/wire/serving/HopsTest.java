package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.ReplyListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hops are counted for what a handler sends, and for nobody else. */
@Timeout(20)
class HopsTest {
    private static final Command FRESH = Command.to("cellar", "pour").build();

    private final HandlerExecutor executor = new HandlerExecutor("hops", 1, 10);
    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        executor.close(Duration.ofSeconds(5));
    }

    /** What a command sent from this thread has now. */
    private void look() {
        seen.add(PendingCall.counted(FRESH).hops());
    }

    private List<Integer> seen(int count) throws InterruptedException {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(seen.poll(10, TimeUnit.SECONDS));
        }
        return all;
    }

    private static Execution handling(int hops, HandlerExecutor where, CommandHandler handler) {
        Command command = Command.to("cellar", "pour").hops(hops).build();
        return new Execution(handler, new Invocation(command, "", "", 1, System::nanoTime), 1000, where) {
            @Override
            protected void emit(Part part) {}
        };
    }

    private static final class Call extends PendingCall {
        Call(Command command) {
            super(command);
        }

        Call(Command command, ReplyListener listener) {
            super(command, listener);
        }

        @Override
        protected void sendCredit(long bytes) {}

        @Override
        protected void sendCancel(String reason) {}
    }

    private static Part end() {
        return Part.complete(Payload.empty()).build();
    }

    @Test
    void aThreadOnWhichNoHandlerRunsSendsCommandsAsTheyAre() {
        Command fresh = PendingCall.counted(FRESH);
        Command far = FRESH.toBuilder().hops(9).build();

        assertThat(fresh).isSameAs(FRESH);
        assertThat(PendingCall.counted(far)).isSameAs(far);
    }

    @Test
    void aHandlerSendsWithOneHopMoreAndItsThreadIsAsBeforeWhenItHasReturnedOrThrown() throws Exception {
        handling(4, null, (invocation, responder) -> look()).start();
        look();
        handling(6, null, (invocation, responder) -> {
                    look();
                    throw new IllegalStateException("made up");
                })
                .start();
        look();
        handling(2, executor, (invocation, responder) -> look()).start();
        executor.execute(this::look);

        assertThat(seen(6)).containsExactly(5, 0, 7, 0, 3, 0);
    }

    @Test
    void whatHasMoreHopsThanTheHandlerGivesKeepsThem() {
        handling(4, null, (invocation, responder) -> {
                    Command far = FRESH.toBuilder().hops(9).build();
                    assertThat(PendingCall.counted(far)).isSameAs(far);
                    assertThat(PendingCall.counted(
                                            FRESH.toBuilder().after(invocation).build())
                                    .hops())
                            .isEqualTo(5);
                    look();
                })
                .start();

        assertThat(seen).containsExactly(5);
    }

    @Test
    void aHandlerInsideAnotherCountsForItselfAlone() {
        handling(1, null, (outer, responder) -> {
                    handling(5, null, (inner, ignored) -> look()).start();
                    look();
                })
                .start();

        assertThat(seen).containsExactly(6, 2);
    }

    @Test
    void creditAndCancelTasksSendAsTheirHandlerDoes() throws Exception {
        Execution direct = handling(4, null, (invocation, responder) -> {
            responder.onCredit(this::look);
            responder.onCancel(this::look);
        });
        Execution pooled = handling(7, executor, (invocation, responder) -> {
            responder.onCancel(this::look);
            responder.onCancel(this::look);
            responder.onCredit(this::look);
        });

        direct.start();
        direct.end();
        look();
        assertThat(seen(3)).containsExactly(5, 5, 0);
        pooled.start();
        assertThat(seen(1)).containsExactly(8);
        pooled.end();
        look();
        assertThat(seen(3)).containsExactly(8, 8, 0);
    }

    @Test
    void whatDependsOnACallIsSentAsFromWhereTheCallWasAndNotAsFromTheWorkerThatAnswers() {
        Call ofNobody = new Call(FRESH);
        Call ofAHandler = new Call(FRESH.toBuilder().hops(3).build());
        Call listened = new Call(FRESH.toBuilder().hops(8).build(), (call, part) -> look());
        ofNobody.result().thenAccept(reply -> look());
        ofAHandler.result().thenAccept(reply -> look());
        ofAHandler.admitted().thenAccept(nothing -> look());

        handling(20, null, (invocation, responder) -> {
                    ofNobody.part(end());
                    ofAHandler.confirmAdmitted();
                    ofAHandler.part(end());
                    listened.part(end());
                    look();
                })
                .start();
        look();

        assertThat(seen).containsExactly(0, 3, 3, 8, 21, 0);
    }
}
