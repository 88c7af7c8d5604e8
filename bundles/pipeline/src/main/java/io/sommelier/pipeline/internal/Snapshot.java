package io.sommelier.pipeline.internal;

import io.sommelier.spi.Phase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The chain as it stands at one moment: the steps of both ways in order. Immutable. */
public final class Snapshot {
    /** The phases of the way down in order. */
    static final List<Phase> DOWN = List.of(
            Phase.COLLECT,
            Phase.METADATA,
            Phase.DECODE,
            Phase.DECORATE,
            Phase.AUTHENTICATE,
            Phase.AUTHORIZE,
            Phase.VALIDATE,
            Phase.STATS,
            Phase.EXECUTE);

    /** The phases of the way up in order; it is not the order of the enum. */
    static final List<Phase> UP = List.of(
            Phase.RESPONSE,
            Phase.STATS,
            Phase.AUTHORIZE_RESPONSE,
            Phase.EXCEPTION,
            Phase.DECORATE,
            Phase.RESPONSE_METADATA,
            Phase.ENCODE,
            Phase.SEND);

    final Engine engine;
    final Step[] downSteps;
    final Step[] upSteps;

    /** The index of the first step of the way up where a failure has become a part. */
    final int exceptionAt;

    /** The chain of these handlers, in whatever order they are given. */
    public Snapshot(Engine engine, List<ChainedHandler> handlers) {
        this.engine = engine;
        List<ChainedHandler> ordered = new ArrayList<>(handlers);
        ordered.sort(ChainedHandler.DOWN_ORDER);
        downSteps = ordered.stream()
                .map(ChainedHandler::down)
                .flatMap(Optional::stream)
                .toArray(Step[]::new);
        Collections.reverse(ordered);
        List<Step> upwards = new ArrayList<>();
        int before = 0;
        for (Phase phase : UP) {
            if (phase == Phase.EXCEPTION) {
                before = upwards.size();
            }
            for (ChainedHandler entry : ordered) {
                if (entry.phase() == phase) {
                    entry.up().ifPresent(upwards::add);
                }
            }
        }
        upSteps = upwards.toArray(Step[]::new);
        exceptionAt = before;
    }

    /** The steps of the way down in order. */
    public List<Step> down() {
        return List.of(downSteps);
    }

    /** The steps of the way up in order. */
    public List<Step> up() {
        return List.of(upSteps);
    }
}
