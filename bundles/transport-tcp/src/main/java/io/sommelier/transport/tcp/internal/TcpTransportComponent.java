package io.sommelier.transport.tcp.internal;

import io.netty.util.NetUtil;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Transport;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.transport.tcp.TcpTransport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

    private static final int RETRY_SECONDS = 5;

    private final LiveSettings<TcpSettings> settings;
    private final TcpTransport transport;
    private final Set<CredentialVerifier> verifiers = ConcurrentHashMap.newKeySet();
    private final Object changing = new Object();
    // Under the lock.
    private ChannelAcceptor acceptor; // null while it is stopped
    private boolean isListening; // or about to
    private String lastProblem = "";
    private String changeProblem = ""; // why changed settings are not in effect

    /** Takes the settings. */
    @Activate
    public TcpTransportComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(TcpSettings.PID, properties, TcpSettings::read);
        transport = new TcpTransport(allowed());
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
            transport.settings(wanted).whenComplete((done, failure) -> changed(wanted, failure));
            if (acceptor != null && !isListening) {
                begin(acceptor);
            }
        }
    }

    /** Files of TLS that cannot be used may be mended without a change of the settings. */
    private void changed(TcpSettings wanted, Throwable failure) {
        String problem = failure == null ? "" : String.valueOf(cause(failure).getMessage());
        synchronized (changing) {
            if (!problem.isEmpty() && !problem.equals(changeProblem)) {
                LOG.error("{}", problem);
            }
            changeProblem = problem;
        }
        if (failure != null && cause(failure) instanceof IllegalArgumentException) {
            CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(() -> {
                synchronized (changing) {
                    if (acceptor != null && isListening && wanted.equals(allowed())) {
                        use();
                    }
                }
            });
        }
    }

    private TcpSettings allowed() {
        TcpSettings wanted = settings.now();
        if (isLoopback(wanted.host()) || !verifiers.isEmpty()) {
            return wanted;
        }
        LOG.warn(
                "host = {} is beyond loopback, and nobody verifies credentials: 127.0.0.1 is in its place until somebody does",
                wanted.host());
        return wanted.withAddress("127.0.0.1", wanted.port());
    }

    /** Whether a host is this machine for certain; a name other than localhost is not. */
    static boolean isLoopback(String host) {
        byte[] numeric = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return numeric == null
                    ? host.equals("localhost")
                    : InetAddress.getByAddress(numeric).isLoopbackAddress();
        } catch (UnknownHostException notOfALength) {
            return false;
        }
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
        synchronized (changing) {
            if (acceptor != null && !isListening && !lastProblem.isEmpty()) {
                problems.add(lastProblem);
            }
            if (!changeProblem.isEmpty()) {
                problems.add(changeProblem);
            }
        }
        return problems;
    }

    @Override
    public String name() {
        return transport.name();
    }

    /** Completes when it listens, or when it is known that it cannot yet: it tries again by itself, and at once when the settings change. */
    @Override
    public CompletionStage<Void> start(ChannelAcceptor to) {
        synchronized (changing) {
            acceptor = to;
            return begin(to);
        }
    }

    private CompletionStage<Void> begin(ChannelAcceptor to) {
        isListening = true;
        return transport.start(to).handle((done, failure) -> failure == null ? null : notYet(to, failure));
    }

    private Void notYet(ChannelAcceptor to, Throwable failure) {
        synchronized (changing) {
            isListening = false;
            String problem = String.valueOf(cause(failure).getMessage());
            if (!problem.equals(lastProblem)) {
                LOG.error("{}; it is tried again every {} s", problem, RETRY_SECONDS);
                lastProblem = problem;
            }
        }
        CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS).execute(() -> {
            synchronized (changing) {
                if (acceptor == to && !isListening) {
                    begin(to);
                }
            }
        });
        return null;
    }

    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        synchronized (changing) {
            acceptor = null;
            isListening = false;
            lastProblem = "";
            changeProblem = "";
            return transport.stop(drainLimit);
        }
    }

    /** The port it listens on. */
    int localPort() {
        return transport.localPort();
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
