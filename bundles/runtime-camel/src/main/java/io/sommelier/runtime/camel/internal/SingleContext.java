package io.sommelier.runtime.camel.internal;

import io.sommelier.runtime.camel.CamelContexts;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** The one context that a bundle may have at a time. Thread-safe. */
final class SingleContext implements CamelContexts, AutoCloseable {
    private static final long STOP_SECONDS = 5;

    private final String owner;
    private final AtomicReference<DefaultCamelContext> open = new AtomicReference<>();

    SingleContext(String owner) {
        this.owner = owner;
    }

    @Override
    public CamelContext create() {
        var context = new DefaultCamelContext(false);
        // Camel's own bundle: it finds its service files there, and the context keeps no bundle of ours alive.
        context.setApplicationContextClassLoader(DefaultCamelContext.class.getClassLoader());
        context.getCamelContextExtension().setName(owner);
        context.setMessageHistory(false);
        context.getShutdownStrategy().setTimeout(STOP_SECONDS);
        context.getShutdownStrategy().setTimeUnit(TimeUnit.SECONDS);
        if (!open.compareAndSet(null, context)) {
            throw new IllegalStateException(owner + " has a context that is not released");
        }
        return context;
    }

    @Override
    public void release(CamelContext context) {
        DefaultCamelContext current = open.get();
        if (current == context && current != null) {
            try {
                Emptying.stop(current);
            } finally {
                open.compareAndSet(current, null);
            }
        }
    }

    @Override
    public void close() {
        release(open.get());
    }
}
