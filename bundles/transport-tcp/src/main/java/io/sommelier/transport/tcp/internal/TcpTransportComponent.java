package io.sommelier.transport.tcp.internal;

import io.sommelier.api.admin.PartStatus;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Transport;
import io.sommelier.transport.link.Listener;
import io.sommelier.transport.link.PatientTransport;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.transport.tcp.TcpTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link TcpTransport} as a service, as long as it has a configuration: without one nothing listens. Thread-safe.
 *
 * <p>An address beyond loopback holds only while somebody verifies credentials; without a verifier it listens on loopback.
 */
@Component(
        service = {Transport.class, PartStatus.class},
        immediate = true,
        configurationPid = TcpSettings.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TcpConfiguration.class)
public final class TcpTransportComponent implements Transport, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(TcpTransportComponent.class);

    private final LiveSettings<TcpSettings> settings;
    private final TcpTransport transport;
    private final PatientTransport patient;
    private final Set<CredentialVerifier> verifiers = ConcurrentHashMap.newKeySet();
    private final Object changing = new Object();

    /** Takes the settings. */
    @Activate
    public TcpTransportComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(TcpSettings.PID, properties, TcpSettings::read);
        transport = new TcpTransport(allowed());
        patient = new PatientTransport(transport, LOG);
        LOG.info("waits for a controller");
    }

    /** Takes changed settings, all or none; no channel is touched. */
    @Modified
    void modified(Map<String, Object> properties) {
        int ioThreads = settings.now().ioThreads();
        if (!settings.change(properties)) {
            return;
        }
        if (settings.now().ioThreads() != ioThreads) {
            LOG.warn("ioThreads stays {} until the transport starts again", ioThreads);
        }
        use();
    }

    /** A verifier came. */
    @Reference(
            name = "verifier",
            service = CredentialVerifier.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindVerifier")
    void bindVerifier(CredentialVerifier verifier) {
        verifiers.add(verifier);
        use();
    }

    /** A verifier went. */
    void unbindVerifier(CredentialVerifier verifier) {
        verifiers.remove(verifier);
        use();
    }

    private void use() {
        synchronized (changing) {
            TcpSettings wanted = allowed();
            patient.change(() -> transport.settings(wanted));
        }
    }

    private TcpSettings allowed() {
        TcpSettings wanted = settings.now();
        if (Listener.isLoopback(wanted.host()) || !verifiers.isEmpty()) {
            return wanted;
        }
        LOG.warn(
                "host = {} is beyond loopback, and nobody verifies credentials: 127.0.0.1 is in its place until somebody does",
                wanted.host());
        return wanted.withAddress("127.0.0.1", wanted.port());
    }

    @Override
    public String part() {
        return "transport.tcp";
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        settings.problem().ifPresent(problems::add);
        transport.problem().ifPresent(problems::add);
        problems.addAll(patient.problems());
        return problems;
    }

    @Override
    public String name() {
        return transport.name();
    }

    /** Completes when it listens, or when it is known that it cannot yet: it tries again by itself, and at once when the settings change. */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor to) {
        return patient.start(to);
    }

    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        return patient.stop(drainLimit);
    }

    /** The port it listens on. */
    int localPort() {
        return transport.localPort();
    }
}
