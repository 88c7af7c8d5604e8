package io.sommelier.gateway.http;

import io.sommelier.runtime.camel.CamelContexts;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a gateway on the HTTP server that is there: a Camel context for each server, since a context knows its server from the beginning. Starting a context takes time and is done on the gateway's own thread;
 * leaving a server waits until nothing of it is used. Thread-safe.
 */
final class Mount implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mount.class);

    private final Gateway gateway;
    private final CamelContexts contexts;
    private final Object changing = new Object(); // held while a context is started or stopped
    private volatile PlatformHttpEngine wanted;
    private volatile String problem = "There is no HTTP server";
    private PlatformHttpEngine used;
    private CamelContext context;

    Mount(Gateway gateway, CamelContexts contexts) {
        this.gateway = gateway;
        this.contexts = contexts;
    }

    /** Mounts on that server soon, in place of the one before. */
    void use(PlatformHttpEngine engine) {
        wanted = engine;
        try {
            gateway.thread().execute(this::follow);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("The gateway has stopped", stopped);
        }
    }

    /** Uses that server no longer; returns when that is done. */
    void leave(PlatformHttpEngine engine) {
        if (wanted == engine) {
            wanted = null;
        }
        follow();
    }

    @Override
    public void close() {
        wanted = null;
        follow();
    }

    /** Why it is not mounted; empty when it is. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private void follow() {
        synchronized (changing) {
            PlatformHttpEngine next = wanted;
            if (next == used) {
                return;
            }
            unmount();
            problem = "There is no HTTP server";
            if (next != null) {
                mount(next);
            }
        }
    }

    private void mount(PlatformHttpEngine engine) {
        try {
            used = engine;
            context = contexts.create();
            gateway.mount(context, engine);
            context.start();
            problem = null;
            LOG.info("Mounted on the HTTP server, {} port {}", engine.getScheme(), engine.getServerPort());
        } catch (Exception e) {
            problem = "The routes of the gateway cannot be started: " + e.getMessage();
            LOG.error("{}", problem, e);
            release();
        }
    }

    private void unmount() {
        if (context != null) {
            gateway.drain();
            release();
            LOG.info("Left the HTTP server");
        }
        used = null;
    }

    private void release() {
        if (context != null) {
            contexts.release(context);
            context = null;
        }
    }
}
