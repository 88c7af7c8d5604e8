package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers that come and go under load, and contexts that never mix (GD-21, GD-22, scenario 13). */
class ReplacementTest {
    /** Marks a command on its way down and each part on its way up, later and on another thread. */
    private static final class Marker implements PipelineHandler {
        private final String mark;
        private final CompletableFuture<Void> gate;

        Marker(String mark, CompletableFuture<Void> gate) {
            this.mark = mark;
            this.gate = gate;
        }

        @Override
        public CompletionStage<Void> down(Context context) {
            return gate.thenRun(() -> {
                Object before = context.attribute("marks");
                context.attribute("marks", (before == null ? "" : before) + mark);
            });
        }

        @Override
        public CompletionStage<Void> up(Context context) {
            return gate.thenRun(() -> context.part(complete(
                    context.part().orElseThrow().payload().asText() + mark + "/" + context.attribute("marks"))));
        }
    }

    enum Change {
        REMOVE((chain, later) -> chain.remove(later)),
        REPLACE((chain, later) -> chain.replace(
                later, new Marker("new", CompletableFuture.completedFuture(null)), in(Phase.DECORATE, -1))),
        ADD((chain, later) ->
                chain.add(new Marker("new", CompletableFuture.completedFuture(null)), in(Phase.DECORATE, -2)));

        private final BiConsumer<HandlerChain, PipelineHandler> action;

        Change(BiConsumer<HandlerChain, PipelineHandler> action) {
            this.action = action;
        }
    }

    private final HandlerChain chain = chain();
    private final ExecutorService workers = Executors.newFixedThreadPool(3);

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void fiveHundredCommandsInAHandlerFinishOnTheirOldChain(Change change) {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        PipelineHandler later = new Marker("later", CompletableFuture.completedFuture(null));
        chain.add(new Marker("first", gate), in(Phase.DECORATE));
        chain.add(later, in(Phase.DECORATE, -1));
        List<RecordingEnd> ends = new ArrayList<>();
        List<Pipeline.Run> runs = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            RecordingEnd end = new RecordingEnd();
            runs.add(executed(chain, end));
            ends.add(end);
        }
        assertThat(ends).allMatch(end -> end.executed.isEmpty());

        change.action.accept(chain, later);
        gate.complete(null);

        assertThat(ends).allMatch(end -> end.executed.size() == 1);
        runs.forEach(run -> run.up(complete("")));
        assertThat(ends).allSatisfy(end -> assertThat(end.texts()).containsExactly("later/firstlaterfirst/firstlater"));
        RecordingEnd fresh = new RecordingEnd();
        executed(chain, fresh).up(complete(""));
        assertThat(fresh.texts()).hasSize(1).doesNotContain("later/firstlaterfirst/firstlater");
    }

    @Test
    void handlersComeAndGoWhileCommandsFlowAndNoneIsLost() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Void> churn = CompletableFuture.runAsync(
                () -> {
                    while (!isOver.get()) {
                        PipelineHandler one = onBoth(context -> {}, context -> {});
                        chain.add(one, in(Phase.DECORATE));
                        PipelineHandler two = onBoth(context -> {}, context -> {});
                        chain.replace(one, two, in(Phase.STATS));
                        chain.remove(two);
                    }
                },
                workers);

        for (int i = 0; i < 20_000; i++) {
            RecordingEnd end = new RecordingEnd();
            executed(chain, end).up(complete("x"));
            assertThat(end.executed.size() + end.sent.size()).isEqualTo(2);
        }

        isOver.set(true);
        churn.get();
    }

    @Test
    void aThousandContextsInOneInstanceDoNotMix() {
        chain.add(
                new PipelineHandler() {
                    @Override
                    public CompletionStage<Void> down(Context context) {
                        context.attribute("id", context.command().id());
                        return CompletableFuture.runAsync(
                                () -> context.command(context.command().toBuilder()
                                        .idempotencyKey(context.attribute("id").toString())
                                        .build()),
                                workers);
                    }

                    @Override
                    public CompletionStage<Void> up(Context context) {
                        String seen = context.part().orElseThrow().payload().asText();
                        return CompletableFuture.runAsync(
                                () -> context.part(complete(seen + "=" + context.attribute("id"))), workers);
                    }
                },
                in(Phase.DECORATE));
        AtomicInteger right = new AtomicInteger();
        for (int i = 0; i < 1000; i++) {
            Command command = command();
            Pipeline.Run[] run = new Pipeline.Run[1];
            RecordingEnd end = new RecordingEnd() {
                @Override
                public void execute(Command passed) {
                    run[0].up(complete(passed.idempotencyKey()));
                }

                @Override
                public void send(io.sommelier.api.Part part) {
                    if (part.payload().asText().equals(command.id() + "=" + command.id())) {
                        right.incrementAndGet();
                    }
                }
            };
            run[0] = chain.open(
                    command, ANNA, "anna-" + ThreadLocalRandom.current().nextInt(9), end);
            run[0].down();
        }

        eventually(() -> right.get() == 1000);
    }
}
