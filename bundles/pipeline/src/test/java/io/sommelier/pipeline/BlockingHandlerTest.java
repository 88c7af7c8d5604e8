package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Stage;
import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers that block, on their bounded threads. One thread, and one command that waits. */
class BlockingHandlerTest {
    private final HandlerChain chain = new HandlerChain(new PipelineSettings(1024, 256, 1, 1, 1000));
    private final RecordingEnd end = new RecordingEnd();
    private final List<String> threads = new CopyOnWriteArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final Consumer<Context> block = context -> {
        entered.countDown();
        awaitLatch(leave);
    };

    @AfterEach
    void release() {
        leave.countDown();
        chain.close();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theChainGoesOnOnTheThreadOfTheBlockingHandler() {
        chain.add(onDown(context -> threads.add(Thread.currentThread().getName())), in(Phase.COLLECT));
        chain.add(onDown(context -> threads.add(Thread.currentThread().getName())), in(Phase.AUTHENTICATE, BLOCKING));
        chain.add(onDown(context -> threads.add(Thread.currentThread().getName())), in(Phase.VALIDATE));

        executed(chain, end);

        eventually(() -> end.executed.size() == 1);
        assertThat(threads)
                .containsExactly(
                        Thread.currentThread().getName(),
                        "sommelier-pipeline-blocking-1",
                        "sommelier-pipeline-blocking-1");
    }

    @Test
    void aCommandThatFindsTheQueueFullIsRefusedAsOverloaded() {
        chain.add(onDown(block), in(Phase.AUTHENTICATE, BLOCKING));
        executed(chain, end);
        awaitLatch(entered);
        executed(chain, end);

        executed(chain, end);

        assertThat(end.refused).hasSize(1);
        CommandError error = end.refused.get(0);
        assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(error.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(error.stage()).isEqualTo(Stage.PIPELINE);
        assertThat(error.retryable()).isTrue();
        leave.countDown();
        eventually(() -> end.executed.size() == 2);
    }

    @Test
    void aBlockingHandlerThatRunsOnErrorsIsPassedOverWhenTheQueueIsFull() {
        List<String> log = new ArrayList<>();
        chain.add(onDown(block), in(Phase.AUTHENTICATE, BLOCKING));
        executed(chain, end);
        awaitLatch(entered);
        executed(chain, end);
        chain.add(
                recorder(log, "STATS"),
                in(Phase.STATS, Map.of("sommelier.blocking", "true", "sommelier.runsOnError", "true")));

        executed(chain, end);

        assertThat(end.refused).extracting(CommandError::code).containsExactly(ErrorCode.OVERLOADED);
        assertThat(log).isEmpty();
    }

    @Test
    void aFullQueueLosesNoPartOnItsWayUp() {
        chain.add(onUp(block), in(Phase.ENCODE, BLOCKING));
        List<RecordingEnd> ends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RecordingEnd one = new RecordingEnd();
            Pipeline.Run run = executed(chain, one);
            run.up(data("a"));
            run.up(data("b"));
            run.up(complete("c"));
            ends.add(one);
        }

        leave.countDown();

        eventually(() -> ends.stream().allMatch(one -> one.terminals() == 1));
        assertThat(ends).allSatisfy(one -> assertThat(one.texts()).containsExactly("a", "b", "c"));
    }

    @Test
    void theControllersWordDoesNotWaitForAHandlerThatBlocks() {
        chain.add(onUp(block), in(Phase.DECORATE, BLOCKING));
        chain.add(
                onUp(context -> threads.add(Thread.currentThread().getName())),
                in(Phase.STATS, Map.of("sommelier.blocking", true, "sommelier.runsOnError", true)));
        Pipeline.Run run = executed(chain, end);
        run.up(data("a"));
        awaitLatch(entered);

        run.up(failed(ErrorCode.EXPIRED, Outcome.UNKNOWN));

        assertThat(end.statuses()).containsExactly(PartStatus.FAILED);
        leave.countDown();
        eventually(() -> threads.size() == 2);
        assertThat(threads).allMatch("sommelier-pipeline-blocking-1"::equals);
        assertThat(end.sent).hasSize(1);
    }

    @Test
    void moreThreadsTakeEffectAtOnce() {
        chain.add(onDown(block), in(Phase.AUTHENTICATE, BLOCKING));
        executed(chain, end);
        awaitLatch(entered);
        CountDownLatch second = new CountDownLatch(1);
        HandlerChain grown = chain;

        grown.settings(new PipelineSettings(1024, 256, 2, 5, 1000));
        grown.add(onDown(context -> second.countDown()), in(Phase.COLLECT, BLOCKING));
        executed(grown, end);

        awaitLatch(second);
        assertThat(end.refused).isEmpty();
    }

    @Test
    void aClosedChainStillFinishesWhatIsUnderWayAndItsThreadsEnd() {
        List<Thread> used = new CopyOnWriteArrayList<>();
        chain.add(onUp(context -> used.add(Thread.currentThread())), in(Phase.ENCODE, BLOCKING));
        Pipeline.Run run = executed(chain, end);

        chain.close();
        run.up(complete("x"));

        eventually(() -> end.terminals() == 1);
        eventually(() -> !used.get(0).isAlive());
    }
}
