package io.sommelier.pipeline.internal;

import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.PipelineHandler;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** A handler and its place in the chain, read once from its properties. Immutable, but for the figures in its steps. */
public final class ChainedHandler {
    /** The OSGi service property for the order within a phase. */
    public static final String RANKING = "service.ranking";

    /** The order of the way down; the way up has, within each phase, the opposite one. */
    static final Comparator<ChainedHandler> DOWN_ORDER = Comparator.comparing((ChainedHandler entry) -> entry.phase)
            .thenComparing(entry -> entry.ranking, Comparator.reverseOrder())
            .thenComparing(entry -> entry.order);

    private final PipelineHandler handler;
    private final Phase phase;
    private final int ranking;
    private final long order;
    private final Optional<Step> down;
    private final Optional<Step> up;

    private ChainedHandler(PipelineHandler handler, Phase phase, Map<String, ?> properties, long order) {
        this.handler = handler;
        this.phase = phase;
        this.ranking = properties.get(RANKING) instanceof Number number ? number.intValue() : 0;
        this.order = order;
        boolean runsOnError = isTrue(properties.get(PipelineHandler.RUNS_ON_ERROR));
        boolean blocking = isTrue(properties.get(PipelineHandler.BLOCKING));
        // A way that the class does not override is left out: else a blocking one would change threads for nothing.
        down = Snapshot.DOWN.contains(phase) && overrides("down")
                ? Optional.of(new Step(handler, phase, false, runsOnError, blocking))
                : Optional.empty();
        up = Snapshot.UP.contains(phase) && overrides("up")
                ? Optional.of(new Step(handler, phase, true, runsOnError, blocking))
                : Optional.empty();
        if (down.isEmpty() && up.isEmpty()) {
            throw new IllegalArgumentException("phase " + phase + " is only on the way "
                    + (Snapshot.UP.contains(phase) ? "up" : "down") + ", and the class has no method for that way");
        }
    }

    /**
     * Reads the place of a handler.
     *
     * @throws IllegalArgumentException when the phase is missing or unknown, or the handler would never be called
     */
    public static ChainedHandler of(PipelineHandler handler, Map<String, ?> properties, long order) {
        Object text = properties.get(PipelineHandler.PHASE);
        for (Phase phase : Phase.values()) {
            if (text != null && phase.name().equals(text.toString())) {
                return new ChainedHandler(handler, phase, properties, order);
            }
        }
        throw new IllegalArgumentException(
                PipelineHandler.PHASE + " is " + (text == null ? "missing" : "'" + text + "'") + ", allowed is one of "
                        + Arrays.toString(Phase.values()));
    }

    private static boolean isTrue(Object value) {
        return value != null && value.toString().equals("true");
    }

    private boolean overrides(String way) {
        try {
            return handler.getClass().getMethod(way, Context.class).getDeclaringClass() != PipelineHandler.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e); // the interface has it
        }
    }

    /** The handler itself. */
    public PipelineHandler handler() {
        return handler;
    }

    /** Decides between handlers of equal ranking: the lower one goes down first. */
    public long order() {
        return order;
    }

    Phase phase() {
        return phase;
    }

    Optional<Step> down() {
        return down;
    }

    Optional<Step> up() {
        return up;
    }
}
