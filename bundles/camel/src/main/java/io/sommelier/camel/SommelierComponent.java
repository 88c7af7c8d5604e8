package io.sommelier.camel;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultComponent;

/**
 * The Camel component {@code sommelier:target?operation=…}, for one context. Configured before it starts, then
 * thread-safe. It is added to its context by instance: {@code context.addComponent("sommelier", component)}.
 */
public final class SommelierComponent extends DefaultComponent {
    /** The name that it is added under. */
    public static final String SCHEME = "sommelier";

    /** How many commands may be under way at once where nothing else is said. */
    public static final int DEFAULT_MAX_IN_FLIGHT = 256;

    private final CommandSender sender;
    private final HandlerRegistry handlers;
    private final Set<String> served = new HashSet<>();
    private HeaderFilterStrategy headerFilter = new SommelierHeaderFilter();
    private int maxInFlight = DEFAULT_MAX_IN_FLIGHT;
    private volatile Continuations continuations;

    /** A component whose routes send by this sender, and serve by this registry. */
    public SommelierComponent(CommandSender sender, HandlerRegistry handlers) {
        this.sender = Objects.requireNonNull(sender, "sender");
        this.handlers = Objects.requireNonNull(handlers, "handlers");
    }

    /** A component whose routes only send; one that would serve is refused when it starts. */
    public SommelierComponent(CommandSender sender) {
        this(sender, (targetId, operations, isDirect, handler) -> {
            throw new IllegalStateException("this component only sends: it was made without a registry of handlers");
        });
    }

    /**
     * Sets how many commands of endpoints that are not direct may be under way at once, each of which may need a thread to go
     * on; one more fails with {@link io.sommelier.api.ErrorCode#OVERLOADED}, not sent.
     *
     * @param commands 1 to 100 000; {@value #DEFAULT_MAX_IN_FLIGHT} where this is not called
     */
    public void setMaxInFlight(int commands) {
        if (commands < 1 || commands > 100_000) {
            throw new IllegalArgumentException("maxInFlight = " + commands + " (allowed: 1 to 100000)");
        }
        maxInFlight = commands;
    }

    /** Sets which headers go and come; a {@link SommelierHeaderFilter} where this is not called. */
    public void setHeaderFilterStrategy(HeaderFilterStrategy strategy) {
        headerFilter = Objects.requireNonNull(strategy, "strategy");
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        HeaderFilterStrategy filter = resolveAndRemoveReferenceParameter(
                parameters, "headerFilterStrategy", HeaderFilterStrategy.class, headerFilter);
        return new SommelierEndpoint(uri, this, EndpointOptions.read(uri, remaining, parameters), filter);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        continuations = new Continuations(getCamelContext(), maxInFlight);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        Continuations ended = continuations;
        if (ended != null) {
            ended.close();
        }
    }

    CommandSender sender() {
        return sender;
    }

    Continuations continuations() {
        return continuations;
    }

    /**
     * Has a handler serve, unless another route of the context serves one of its operations.
     *
     * @throws IllegalStateException naming that operation
     */
    Runnable serve(String targetId, Set<String> operations, boolean isDirect, CommandHandler handler) {
        List<String> taken = new ArrayList<>();
        synchronized (served) {
            for (String operation : operations) {
                if (!served.add(targetId + "?" + operation)) {
                    giveBack(taken);
                    throw new IllegalStateException(
                            "another route of this context serves " + operation + " of " + targetId + " already");
                }
                taken.add(targetId + "?" + operation);
            }
        }
        try {
            Runnable withdrawal = handlers.register(targetId, operations, isDirect, handler);
            return () -> {
                try {
                    withdrawal.run();
                } finally {
                    giveBack(taken);
                }
            };
        } catch (RuntimeException e) {
            giveBack(taken);
            throw e;
        }
    }

    private void giveBack(List<String> names) {
        synchronized (served) {
            served.removeAll(names);
        }
    }
}
