package io.sommelier.pipeline.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * The wait of a run for one stage of a handler. Thread-safe. The thread that called the handler and the one that completes the stage meet here: whoever comes last
 * goes on with the run, so that a stage that completes at once costs no stack. What comes after that is ignored.
 */
final class StageWait extends AtomicInteger implements BiConsumer<Object, Throwable> {
    private static final long serialVersionUID = 1L;
    private static final int REGISTERING = 0;
    private static final int PARKED = 1;
    private static final int OVER = 2;

    private final transient ChainRun run;
    private final transient Step step;
    private transient Throwable thrown;

    StageWait(ChainRun run, Step step) {
        this.run = run;
        this.step = step;
    }

    /** Spares the common case an object. Of the exact class only: a subclass may refuse the question, as a minimal stage does. */
    static boolean isNeedless(CompletionStage<Void> stage) {
        return stage.getClass() == CompletableFuture.class
                && ((CompletableFuture<Void>) stage).isDone()
                && !((CompletableFuture<Void>) stage).isCompletedExceptionally();
    }

    @Override
    public void accept(Object ignored, Throwable failure) {
        if (get() == OVER) {
            return;
        }
        thrown = failure;
        if (!compareAndSet(REGISTERING, OVER) && compareAndSet(PARKED, OVER)) {
            run.resume(step, failure);
        }
    }

    /** Leaves the run to the thread that will complete the stage; {@code false} when that has happened already. */
    boolean park() {
        return compareAndSet(REGISTERING, PARKED);
    }

    /** What the stage failed with, or {@code null}; after {@link #park} said {@code false}. */
    Throwable thrown() {
        return thrown;
    }
}
