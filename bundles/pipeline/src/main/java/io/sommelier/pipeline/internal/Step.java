package io.sommelier.pipeline.internal;

import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.PipelineHandler;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A handler on one way of the chain, with its figures. Thread-safe. */
public final class Step {
    private static final Logger LOG = LoggerFactory.getLogger(Step.class);

    final boolean runsOnError;
    final boolean blocking;
    private final PipelineHandler handler;
    private final Phase phase;
    private final boolean up;
    private final String name;
    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder measuredCalls = new LongAdder();
    private final LongAdder measuredNanos = new LongAdder();
    private final AtomicBoolean complained = new AtomicBoolean();

    Step(PipelineHandler handler, Phase phase, boolean up, boolean runsOnError, boolean blocking) {
        this.handler = handler;
        this.phase = phase;
        this.up = up;
        this.runsOnError = runsOnError;
        this.blocking = blocking;
        this.name = handler.getClass().getName();
    }

    CompletionStage<Void> call(Context context) {
        calls.increment();
        return up ? handler.up(context) : handler.down(context);
    }

    /** A call took so long, until its stage completed. */
    void measured(long nanos) {
        measuredCalls.increment();
        measuredNanos.add(nanos);
    }

    /** A call ended in an exception. The first is logged with its trace, the others are only counted. */
    void failed(Throwable thrown) {
        failures.increment();
        if (complained.compareAndSet(false, true)) {
            LOG.warn("Handler {} failed on the way {}; further failures of it are only counted", name, way(), thrown);
        } else {
            LOG.debug("Handler {} failed on the way {}", name, way(), thrown);
        }
    }

    String way() {
        return up ? "up" : "down";
    }

    /** The name of the handler's class. */
    public String name() {
        return name;
    }

    /** Where the handler stands. */
    public Phase phase() {
        return phase;
    }

    /** How often it was called. */
    public long calls() {
        return calls.sum();
    }

    /** How many calls ended in an exception. */
    public long failures() {
        return failures.sum();
    }

    /** How many calls were measured. */
    public long measuredCalls() {
        return measuredCalls.sum();
    }

    /** The time of the measured calls. */
    public long measuredNanos() {
        return measuredNanos.sum();
    }
}
