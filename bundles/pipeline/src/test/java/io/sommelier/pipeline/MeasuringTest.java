package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.spi.Phase;
import io.sommelier.spi.PipelineHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MeasuringTest {
    private static final int ALL = 0;
    private static final int NONE = -1;

    private final AtomicLong clock = new AtomicLong(1000);
    private final RecordingEnd end = new RecordingEnd();

    private HandlerTime time(HandlerChain chain, PipelineHandler handler) {
        return chain.view().handlers().stream()
                .filter(time -> time.handler().equals(handler.getClass().getName()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aHandlerIsMeasuredUntilItsStageCompletes() {
        HandlerChain chain = new HandlerChain(PipelineSettings.DEFAULTS, clock::get, ALL);
        CompletableFuture<Void> stage = new CompletableFuture<>();
        PipelineHandler handler = onDownAsync(context -> {
            clock.addAndGet(5);
            return stage;
        });
        chain.add(handler, in(Phase.VALIDATE));

        executed(chain, end);
        clock.addAndGet(20);
        stage.complete(null);

        HandlerTime time = time(chain, handler);
        assertThat(time).isEqualTo(new HandlerTime(handler.getClass().getName(), Phase.VALIDATE, false, 1, 0, 1, 25));
        assertThat(time.meanNanos()).isEqualTo(25);
    }

    @Test
    void everyCallIsCountedAlsoWhereNoneIsMeasured() {
        HandlerChain chain = new HandlerChain(PipelineSettings.DEFAULTS, clock::get, NONE);
        PipelineHandler handler = onUp(context -> {
            throw new IllegalStateException();
        });
        chain.add(handler, in(Phase.RESPONSE));

        executed(chain, end).up(complete("x"));
        executed(chain, end).up(complete("x"));

        HandlerTime time = time(chain, handler);
        assertThat(time.calls()).isEqualTo(2);
        assertThat(time.failures()).isEqualTo(2);
        assertThat(time.measuredCalls()).isZero();
        assertThat(time.meanNanos()).isZero();
    }

    @Test
    void theViewListsTheHandlersInOrder() {
        HandlerChain chain = new HandlerChain(PipelineSettings.DEFAULTS);
        chain.add(onBoth(context -> {}, context -> {}), in(Phase.STATS));

        assertThat(chain.view().handlers())
                .extracting(HandlerTime::phase)
                .containsExactly(Phase.COLLECT, Phase.METADATA, Phase.AUTHORIZE, Phase.STATS, Phase.STATS);
    }
}
