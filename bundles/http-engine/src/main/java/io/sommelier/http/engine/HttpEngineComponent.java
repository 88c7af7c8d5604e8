package io.sommelier.http.engine;

import java.io.IOException;
import java.util.Map;
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

/** The {@link HttpEngine} as a service. Thread-safe. */
@Component(service = PlatformHttpEngine.class, immediate = true, configurationPid = HttpSettings.PID)
@Designate(ocd = HttpEngineConfiguration.class)
public final class HttpEngineComponent implements PlatformHttpEngine {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEngineComponent.class);

    private final HttpEngine engine;

    /**
     * Listens. Bad settings, or an address that cannot be had, leave the service away until the settings change.
     *
     * @throws IOException when the address cannot be had
     */
    @Activate
    public HttpEngineComponent(Map<String, Object> properties) throws IOException {
        engine = new HttpEngine(HttpSettings.read(properties));
        try {
            engine.start();
        } catch (IOException | IllegalArgumentException e) {
            engine.close();
            throw e;
        }
        LOG.info("Settings in effect: {}", engine.settings());
    }

    /** Takes changed settings, all or none; no connection is dropped. */
    @Modified
    void modified(Map<String, Object> properties) {
        try {
            engine.change(HttpSettings.read(properties));
            LOG.info("Settings in effect: {}", engine.settings());
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The changed settings are refused, what was in effect stays: {}", e.getMessage());
        }
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
