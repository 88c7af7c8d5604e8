package io.sommelier.http.engine;

import io.sommelier.api.admin.PartStatus;
import io.sommelier.spi.LiveSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link HttpEngine} as a service. While its address is taken, or its certificate of no use, it tries again by
 * itself; routes may come meanwhile. Thread-safe.
 */
@Component(
        service = {PlatformHttpEngine.class, PartStatus.class},
        immediate = true,
        configurationPid = HttpSettings.PID)
@Designate(ocd = HttpEngineConfiguration.class)
public final class HttpEngineComponent implements PlatformHttpEngine, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEngineComponent.class);
    private static final long RETRY_SECONDS = 2;

    private final LiveSettings<HttpSettings> settings;
    private final HttpEngine engine;
    private volatile String trouble = ""; // what keeps it from listening, or from using changed settings

    /** Listens, now or as soon as it can. */
    @Activate
    public HttpEngineComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(HttpSettings.PID, properties, HttpSettings::read);
        engine = new HttpEngine(settings.now());
        listen();
        LOG.info("Waits for Camel routes; until the first is there, every path is answered 503");
    }

    private void listen() {
        if (engine.isClosed()) {
            return;
        }
        try {
            engine.start();
            trouble = "";
        } catch (IOException | IllegalArgumentException e) {
            if (!e.getMessage().equals(trouble)) {
                trouble = e.getMessage();
                LOG.error("{}; tried again every {} s", trouble, RETRY_SECONDS);
            }
            CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(this::listen);
        }
    }

    /** Takes changed settings, all or none; no connection is dropped. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            try {
                engine.change(settings.now());
                trouble = "";
            } catch (IOException | IllegalArgumentException e) {
                trouble = "The changed settings cannot be used, what was in effect stays: " + e.getMessage();
                LOG.warn("{}", trouble);
            }
        }
    }

    @Override
    public String part() {
        return "http.engine";
    }

    @Override
    public List<String> problems() {
        var problems = new ArrayList<String>();
        settings.problem().ifPresent(problems::add);
        String now = trouble;
        if (!now.isEmpty()) {
            problems.add(now);
        }
        engine.tls().problem().ifPresent(problems::add);
        return problems;
    }

    /** Ends the open replies and stops. */
    @Deactivate
    void deactivate() {
        engine.close();
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return engine.createConsumer(endpoint, processor);
    }

    @Override
    public int getServerPort() {
        return engine.getServerPort();
    }

    @Override
    public String getScheme() {
        return engine.getScheme();
    }
}
