package io.sommelier.pipeline;

import io.sommelier.api.Command;
import io.sommelier.pipeline.internal.AuthorizeHandler;
import io.sommelier.pipeline.internal.ChainRun;
import io.sommelier.pipeline.internal.ChainedHandler;
import io.sommelier.pipeline.internal.CollectHandler;
import io.sommelier.pipeline.internal.Engine;
import io.sommelier.pipeline.internal.MetadataHandler;
import io.sommelier.pipeline.internal.Snapshot;
import io.sommelier.pipeline.internal.Step;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import io.sommelier.spi.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain of handlers. Thread-safe. Handlers and settings may change at any time; each command runs on the chain as it was when it was opened.
 *
 * <p>Three handlers are always in it, each the first of its phase on the way down: COLLECT tests the sizes, METADATA the trace parent, AUTHORIZE asks the
 * {@linkplain #add(Authorizer) authorizers}.
 */
public final class HandlerChain implements Pipeline, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerChain.class);
    private static final int ONE_IN_64 = 63;

    private final Object registration = new Object();
    private final Engine engine;
    private final AuthorizeHandler authorize = new AuthorizeHandler(() -> this.settings.requireAuthorizer());
    private List<ChainedHandler> handlers = List.of();
    private long nextOrder;
    private volatile PipelineSettings settings;
    private volatile Snapshot snapshot;

    /** A chain with the built-in handlers alone. */
    public HandlerChain(PipelineSettings settings) {
        this(settings, System::nanoTime, ONE_IN_64);
    }

    /** With a clock, and a mask: a command is measured when a random number has none of its bits. */
    HandlerChain(PipelineSettings settings, LongSupplier nanoClock, int measuringMask) {
        engine = new Engine(nanoClock, measuringMask);
        settings(settings);
        addFirst(
                Phase.COLLECT,
                new CollectHandler(() -> this.settings.maxPayloadBytes(), () -> this.settings.maxHeaderBytes()));
        addFirst(Phase.METADATA, new MetadataHandler());
        addFirst(Phase.AUTHORIZE, authorize);
    }

    private void addFirst(Phase phase, PipelineHandler builtIn) {
        add(builtIn, Map.of(PipelineHandler.PHASE, phase.name(), ChainedHandler.RANKING, Integer.MAX_VALUE));
    }

    @Override
    public Run open(Command command, Principal principal, String source, End end) {
        return new ChainRun(snapshot, command, principal, source, end);
    }

    /**
     * Puts a handler into the chain. One that is in it already is there with the new properties afterwards, in its old place among handlers of equal ranking.
     *
     * @param properties as {@link PipelineHandler} lists them
     * @return {@code false} when the properties do not say where it stands: it is not in the chain, and the log says why
     */
    public boolean add(PipelineHandler handler, Map<String, ?> properties) {
        return replace(handler, handler, properties);
    }

    /** Takes a handler out of the chain; commands that were opened before still pass it. {@code false} when it is not there. */
    public boolean remove(PipelineHandler handler) {
        synchronized (registration) {
            List<ChainedHandler> rest = new ArrayList<>(handlers);
            boolean found = rest.removeIf(there -> there.handler() == handler);
            if (found) {
                install(rest);
            }
            return found;
        }
    }

    /**
     * Puts a handler in the place of another in one step: no command is opened without either. When the first is not in the chain, this is {@link #add}.
     *
     * @return {@code false} when the properties do not say where the second stands: then neither is in the chain, and the log says why
     */
    public boolean replace(PipelineHandler former, PipelineHandler handler, Map<String, ?> properties) {
        synchronized (registration) {
            List<ChainedHandler> rest = new ArrayList<>(handlers);
            long order = -1;
            for (ChainedHandler there : handlers) {
                if (there.handler() == former || there.handler() == handler) {
                    order = there.order();
                    rest.remove(there);
                }
            }
            boolean isAccepted = true;
            try {
                rest.add(ChainedHandler.of(handler, properties, order < 0 ? nextOrder++ : order));
            } catch (IllegalArgumentException e) {
                LOG.warn("Handler {} is not used: {}", handler.getClass().getName(), e.getMessage());
                isAccepted = false;
            }
            install(rest);
            return isAccepted;
        }
    }

    private void install(List<ChainedHandler> changed) {
        handlers = List.copyOf(changed);
        snapshot = new Snapshot(engine, handlers);
    }

    /** Asks one more authorizer for every command that reaches AUTHORIZE from now on. */
    public void add(Authorizer authorizer) {
        authorize.add(authorizer);
    }

    /** Asks this authorizer no more. {@code false} when it was not asked. When it was the last, {@link PipelineSettings#requireAuthorizer} says what holds. */
    public boolean remove(Authorizer authorizer) {
        return authorize.remove(authorizer);
    }

    /** Swaps the settings; they hold for what comes after. */
    public void settings(PipelineSettings changed) {
        settings = changed;
        engine.resize(changed.blockingThreads(), changed.blockingQueue(), changed.maxWaitingParts());
    }

    /** The settings in effect. */
    public PipelineSettings settings() {
        return settings;
    }

    /** What the handlers in the chain have done, and how commands ended. */
    public PipelineView view() {
        List<HandlerTime> times = new ArrayList<>();
        Snapshot now = snapshot;
        for (Step step : now.down()) {
            times.add(time(step, false));
        }
        for (Step step : now.up()) {
            times.add(time(step, true));
        }
        return new PipelineView(times, engine.commands(), engine.completed(), engine.failed());
    }

    private static HandlerTime time(Step step, boolean up) {
        return new HandlerTime(
                step.name(),
                step.phase(),
                up,
                step.calls(),
                step.failures(),
                step.measuredCalls(),
                step.measuredNanos());
    }

    /** Lets the threads for blocking handlers end as soon as they are idle. Commands under way still finish on their chain. */
    @Override
    public void close() {
        engine.close();
    }
}
