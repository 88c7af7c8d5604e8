package io.sommelier.runtime.artemis.internal;

import io.sommelier.api.admin.PartStatus;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.runtime.artemis.ArtemisState;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.LiveSettings;
import jakarta.jms.ConnectionFactory;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs an {@link ArtemisRuntime} with the settings of its PID, and publishes what it gives while it is up. Thread-safe. */
@Component(
        service = {ArtemisComponent.class, PartStatus.class},
        immediate = true,
        configurationPid = ArtemisConfig.PID)
@Designate(ocd = ArtemisConfig.class)
public final class ArtemisComponent implements PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(ArtemisComponent.class);
    private static final long STOP_SECONDS = 20;

    private final BundleContext bundle;
    private final LiveSettings<ArtemisSettings> settings;
    private volatile ArtemisRuntime runtime;

    /** Starts with the settings; a broker that cannot be brought up is tried again and never fails this. */
    @Activate
    public ArtemisComponent(BundleContext bundle, Map<String, Object> properties) {
        this.bundle = bundle;
        settings = new LiveSettings<>(ArtemisConfig.PID, properties, ConfigReader::read);
        runtime = startAfter(CompletableFuture.completedStage(null));
        LOG.info(
                "waits for {}",
                settings.now().url().isEmpty() ? "nobody: the broker is embedded" : "the broker at its url");
    }

    /** Takes other settings, all or none: the broker is stopped and started with them. */
    @Modified
    synchronized void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            runtime = startAfter(runtime.stop());
        }
    }

    @Deactivate
    synchronized void deactivate() {
        try {
            runtime.stop().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the broker did not stop within {} s", STOP_SECONDS);
        }
    }

    /** How the broker is. */
    public ArtemisState state() {
        return runtime.state();
    }

    @Override
    public String part() {
        return "runtime.artemis";
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        settings.problem().ifPresent(problems::add);
        ArtemisState now = state();
        if (!now.isUp()) {
            problems.add(now.reason());
        }
        return problems;
    }

    private ArtemisRuntime startAfter(CompletionStage<Void> before) {
        Publication publication = new Publication();
        ArtemisRuntime next = new ArtemisRuntime(settings.now(), publication);
        publication.of = next;
        before.whenComplete((done, failure) -> next.start());
        return next;
    }

    /** The services of one runtime. Called on its thread alone. */
    private final class Publication implements java.util.function.Consumer<ArtemisState> {
        private final List<ServiceRegistration<?>> services = new ArrayList<>();
        private volatile ArtemisRuntime of;

        @Override
        public void accept(ArtemisState state) {
            if (state.isUp()) {
                CoreAccess core = of.core().orElseThrow();
                services.add(bundle.registerService(CoreAccess.class, core, named()));
                services.add(bundle.registerService(ServerLocator.class, core.locator(), named()));
                services.add(
                        bundle.registerService(ConnectionFactory.class, of.jms().orElseThrow(), named()));
            } else {
                services.forEach(ServiceRegistration::unregister);
                services.clear();
            }
        }

        private Hashtable<String, Object> named() {
            return new Hashtable<>(Map.of("name", "sommelier"));
        }
    }
}
