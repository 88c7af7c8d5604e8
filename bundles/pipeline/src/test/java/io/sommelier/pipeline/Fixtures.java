package io.sommelier.pipeline;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.awaitility.Awaitility;

/** Commands, parts and handlers to test with. */
final class Fixtures {
    static final Principal ANNA = new Principal("anna", Set.of("guest"));
    static final Map<String, Object> ON_ERROR = Map.of(PipelineHandler.RUNS_ON_ERROR, true);
    static final Map<String, Object> BLOCKING = Map.of(PipelineHandler.BLOCKING, true);

    private Fixtures() {}

    static HandlerChain chain() {
        return new HandlerChain(PipelineSettings.DEFAULTS);
    }

    static Command command() {
        return Command.to("cellar", "fetch").build();
    }

    static Pipeline.Run open(Pipeline chain, Pipeline.End end) {
        return chain.open(command(), ANNA, "anna-1", end);
    }

    /** A run whose command was executed. */
    static Pipeline.Run executed(Pipeline chain, Pipeline.End end) {
        Pipeline.Run run = open(chain, end);
        run.down();
        return run;
    }

    static Part data(String text) {
        return Part.data(Payload.ofText(text)).build();
    }

    static Part complete(String text) {
        return Part.complete(Payload.ofText(text)).build();
    }

    static Part failed(ErrorCode code, Outcome outcome) {
        return Part.failed(error(code, outcome)).build();
    }

    static CommandError error(ErrorCode code, Outcome outcome) {
        return CommandError.of(code, outcome, Stage.PIPELINE, "no");
    }

    static Map<String, Object> in(Phase phase) {
        return Map.of(PipelineHandler.PHASE, phase.name());
    }

    static Map<String, Object> in(Phase phase, int ranking) {
        return Map.of(PipelineHandler.PHASE, phase.name(), "service.ranking", ranking);
    }

    static Map<String, Object> in(Phase phase, Map<String, Object> others) {
        Map<String, Object> all = new HashMap<>(others);
        all.put(PipelineHandler.PHASE, phase.name());
        return all;
    }

    static PipelineHandler onDown(Consumer<Context> action) {
        return onDownAsync(context -> {
            action.accept(context);
            return PipelineHandler.NEXT;
        });
    }

    static PipelineHandler onUp(Consumer<Context> action) {
        return onUpAsync(context -> {
            action.accept(context);
            return PipelineHandler.NEXT;
        });
    }

    static PipelineHandler onDownAsync(Function<Context, CompletionStage<Void>> action) {
        return new PipelineHandler() {
            @Override
            public CompletionStage<Void> down(Context context) {
                return action.apply(context);
            }
        };
    }

    static PipelineHandler onUpAsync(Function<Context, CompletionStage<Void>> action) {
        return new PipelineHandler() {
            @Override
            public CompletionStage<Void> up(Context context) {
                return action.apply(context);
            }
        };
    }

    static PipelineHandler onBoth(Consumer<Context> down, Consumer<Context> up) {
        return new PipelineHandler() {
            @Override
            public CompletionStage<Void> down(Context context) {
                down.accept(context);
                return NEXT;
            }

            @Override
            public CompletionStage<Void> up(Context context) {
                up.accept(context);
                return NEXT;
            }
        };
    }

    static PipelineHandler recorder(List<String> log, String name) {
        return onBoth(context -> log.add("down " + name), context -> log.add("up " + name));
    }

    /** Waits for other threads; long enough for a busy machine. */
    static void eventually(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ofMillis(20))
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(40))
                .until(condition);
    }
}
