package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.CommandId;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.api.admin.EventCount;
import io.sommelier.api.admin.LatencyView;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.api.admin.TargetView;
import io.sommelier.spi.Archive;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Mailbox;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.Principal;
import io.sommelier.spi.Strategy;
import io.sommelier.spi.TargetAssigner;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link Controller} as a component: every part that is a service is bound into the live controller, and none that comes or goes ever deactivates it. Thread-safe.
 *
 * <p>Without a pipeline commands go straight to execution; without a mailbox none waits; without the strategy that is set, {@code least} picks; without a verifier
 * everybody is anonymous, unless there was one before: then nobody gets in until there is one again. Without an authorizer the settings say what holds; without an
 * assigner, and a while after the last has gone, connectors serve what they ask for.
 */
@Component(
        service = {ControllerAdmin.class, PartStatus.class},
        immediate = true,
        configurationPid = NodeSettings.PID)
@Designate(ocd = ControllerConfiguration.class)
public final class ControllerComponent implements ControllerAdmin, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerComponent.class);

    /** What a transport may take beyond the drain limit to end its channels and threads. */
    private static final long STOP_GRACE_MILLIS = 5_000;

    private final LiveSettings<NodeSettings> settings;
    private final Controller controller;
    private final ControllerAdmin view;
    private final Ranking<CredentialVerifier> verifiers = new Ranking<>();
    private final Ranking<TargetAssigner> assigners = new Ranking<>();
    private final Ranking<Authorizer> authorizers = new Ranking<>();
    private final Map<Strategy, String> strategies = new ConcurrentHashMap<>();
    private final LauncherPatience patience;
    private FrameworkStop frameworkStop; // null where there is no framework
    private final Object binding = new Object();
    // Under the lock.
    private Pipeline pipeline;
    private Mailbox mailbox;
    private Archive archive;
    private ControllerLink link;

    /** Takes the settings, and starts a controller that listens nowhere yet; it drains when the framework is about to stop. */
    @Activate
    public ControllerComponent(BundleContext context, Map<String, Object> properties) {
        this(properties, LauncherPatience.of(context::getProperty));
        frameworkStop = new FrameworkStop(context, this::drainBeforeStop);
    }

    ControllerComponent(Map<String, Object> properties) {
        this(properties, LauncherPatience.of(name -> null));
    }

    ControllerComponent(Map<String, Object> properties, LauncherPatience patience) {
        this.patience = patience;
        settings = new LiveSettings<>(NodeSettings.PID, properties, NodeSettings::read);
        controller = new Controller(settings.now().id(), settings.now().controller());
        controller.drainSettings(settings.now().drain());
        view = controller.admin();
        warnOfPatience();
        LOG.info("controller {} is here, waits for transports that bring commands", controllerId());
    }

    /** Takes changed settings, all or none. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (!settings.change(properties)) {
            return;
        }
        controller.settings(settings.now().controller());
        controller.drainSettings(settings.now().drain());
        warnOfPatience();
        useStrategy();
        if (!settings.now().id().equals(controllerId())) {
            LOG.warn(
                    "the id stays {} until the controller starts again, {} is set",
                    controllerId(),
                    settings.now().id());
        }
    }

    /** The framework is about to stop: drains within what its launcher leaves time for. */
    void drainBeforeStop() {
        controller.drainBeforeStop(patience.atMost(settings.now().drain().limit()));
    }

    private void warnOfPatience() {
        Duration wanted = settings.now().drain().limit();
        if (!patience.suffices(wanted)) {
            LOG.warn(
                    "drainLimit is {} ms, but Karaf ends the process before that when it stops; then commands have {} ms, unless {} in etc/custom.properties is raised",
                    wanted.toMillis(),
                    patience.limit().toMillis(),
                    LauncherPatience.PROPERTY);
        }
    }

    /** Drains, and stops every transport. */
    @Deactivate
    void deactivate() {
        if (frameworkStop != null) {
            frameworkStop.close();
        }
        controller.close(settings.now().drain().limit());
        LOG.info("controller {} has stopped", controllerId());
    }

    // ---- parts that come and go ----

    /** A transport came. */
    @Reference(
            name = "transport",
            service = Transport.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindTransport")
    void bindTransport(Transport transport) {
        controller.add(transport).whenComplete((started, failure) -> {
            if (failure != null) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                LOG.error("the transport {} did not start: {}", transport.name(), cause.getMessage());
            }
        });
    }

    /** A transport goes; it may not be used after this, so its channels are awaited. */
    void unbindTransport(Transport transport) {
        await(transport, controller.remove(transport, settings.now().drain().limit()));
    }

    private void await(Transport transport, CompletionStage<Void> stopped) {
        long millis = settings.now().drain().limit().toMillis() + STOP_GRACE_MILLIS;
        try {
            stopped.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the transport {} did not stop within {} ms: {}", transport.name(), millis, e.toString());
        }
    }

    /** A pipeline came, perhaps in the place of another. */
    @Reference(
            name = "pipeline",
            service = Pipeline.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindPipeline")
    void bindPipeline(Pipeline present) {
        synchronized (binding) {
            pipeline = present;
            controller.pipeline(present);
        }
    }

    /** The pipeline went, unless another has taken its place. */
    void unbindPipeline(Pipeline gone) {
        synchronized (binding) {
            if (pipeline == gone) {
                pipeline = null;
                controller.pipeline(null);
            }
        }
    }

    /** A mailbox came, perhaps in the place of another. */
    @Reference(
            name = "mailbox",
            service = Mailbox.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindMailbox")
    void bindMailbox(Mailbox present) {
        synchronized (binding) {
            mailbox = present;
            controller.mailbox(present);
        }
    }

    /** The mailbox went, unless another has taken its place. */
    void unbindMailbox(Mailbox gone) {
        synchronized (binding) {
            if (mailbox == gone) {
                mailbox = null;
                controller.mailbox(null);
            }
        }
    }

    /** A link to other controllers came, perhaps in the place of another. */
    @Reference(
            name = "link",
            service = ControllerLink.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindLink")
    void bindLink(ControllerLink present) {
        synchronized (binding) {
            link = present;
            controller.link(present);
        }
    }

    /** The link went, unless another has taken its place. */
    void unbindLink(ControllerLink gone) {
        synchronized (binding) {
            if (link == gone) {
                link = null;
                controller.link(null);
            }
        }
    }

    /** An archive came, perhaps in the place of another. */
    @Reference(
            name = "archive",
            service = Archive.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindArchive")
    void bindArchive(Archive present) {
        synchronized (binding) {
            archive = present;
            controller.archive(present);
        }
    }

    /** The archive went, unless another has taken its place. */
    void unbindArchive(Archive gone) {
        synchronized (binding) {
            if (archive == gone) {
                archive = null;
                controller.archive(null);
            }
        }
    }

    /** A strategy came. */
    @Reference(
            name = "strategy",
            service = Strategy.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindStrategy")
    void bindStrategy(Strategy strategy, Map<String, Object> properties) {
        strategies.put(strategy, String.valueOf(properties.get(Strategy.NAME)));
        useStrategy();
    }

    /** A strategy went. */
    void unbindStrategy(Strategy strategy) {
        strategies.remove(strategy);
        useStrategy();
    }

    private void useStrategy() {
        String name = settings.now().strategy();
        Optional<Strategy> named = strategies.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
        controller.strategy(named.orElse(null));
        if (named.isEmpty() && !name.equals(NodeSettings.LEAST)) {
            LOG.warn("there is no strategy {}, least picks; those there are: {}", name, strategies.values());
        }
    }

    /** A verifier came. */
    @Reference(
            name = "verifier",
            service = CredentialVerifier.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindVerifier")
    void bindVerifier(CredentialVerifier verifier, Map<String, Object> properties) {
        synchronized (binding) {
            controller.verifiers(verifiers.add(verifier, properties));
        }
    }

    /** A verifier went. When it was the last, nobody gets in: an update of a verifier is no time for strangers. */
    void unbindVerifier(CredentialVerifier verifier) {
        synchronized (binding) {
            List<CredentialVerifier> left = verifiers.remove(verifier);
            controller.verifiers(left.isEmpty() ? List.of(ControllerComponent::refuse) : left);
        }
    }

    private static CompletionStage<Optional<Principal>> refuse(Credential credential, String remoteAddress) {
        return CompletableFuture.failedStage(new HelloRefusedException(
                new Goodbye(CloseReason.UNAUTHENTICATED, true, "nobody is here to verify credentials now")));
    }

    /** An assigner came. */
    @Reference(
            name = "assigner",
            service = TargetAssigner.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindAssigner")
    void bindAssigner(TargetAssigner assigner, Map<String, Object> properties) {
        synchronized (binding) {
            controller.assigners(assigners.add(assigner, properties));
        }
    }

    /** An assigner went. */
    void unbindAssigner(TargetAssigner assigner) {
        synchronized (binding) {
            controller.assigners(assigners.remove(assigner));
        }
    }

    /** An authorizer came. */
    @Reference(
            name = "authorizer",
            service = Authorizer.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindAuthorizer")
    void bindAuthorizer(Authorizer authorizer, Map<String, Object> properties) {
        synchronized (binding) {
            controller.authorizers(authorizers.add(authorizer, properties));
        }
    }

    /** An authorizer went. */
    void unbindAuthorizer(Authorizer authorizer) {
        synchronized (binding) {
            controller.authorizers(authorizers.remove(authorizer));
        }
    }

    // ---- what operators see ----

    @Override
    public String part() {
        return "controller";
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>(settings.problem().stream().toList());
        if (isDraining()) {
            problems.add("it is drained, and takes no commands and no connectors until it is resumed");
        }
        return problems;
    }

    @Override
    public String controllerId() {
        return view.controllerId();
    }

    @Override
    public List<LatencyView> latencies() {
        return view.latencies();
    }

    @Override
    public List<LatencyView> latencies(String targetId) {
        return view.latencies(targetId);
    }

    @Override
    public List<EventCount> events() {
        return view.events();
    }

    @Override
    public List<OutcomeCount> outcomes() {
        return view.outcomes();
    }

    @Override
    public List<TargetView> targets() {
        return view.targets();
    }

    @Override
    public List<ChannelView> channels() {
        return view.channels();
    }

    @Override
    public long inFlight() {
        return view.inFlight();
    }

    @Override
    public List<CommandView> inFlight(int limit) {
        return view.inFlight(limit);
    }

    @Override
    public Optional<CommandView> command(String principal, CommandId id) {
        return view.command(principal, id);
    }

    @Override
    public List<CommandView> commands(CommandId id) {
        return view.commands(id);
    }

    @Override
    public boolean cancel(String principal, CommandId id, String reason) {
        return view.cancel(principal, id, reason);
    }

    @Override
    public long bytesHeld() {
        return view.bytesHeld();
    }

    @Override
    public Optional<CompletionStage<DrainReport>> drainChannel(String channelId, DrainOrder order) {
        return view.drainChannel(channelId, order);
    }

    @Override
    public Optional<CompletionStage<DrainReport>> drainTarget(String targetId, DrainOrder order) {
        return view.drainTarget(targetId, order);
    }

    @Override
    public CompletionStage<DrainReport> drainController(DrainOrder order) {
        return view.drainController(order);
    }

    @Override
    public boolean resume() {
        return view.resume();
    }

    @Override
    public boolean isDraining() {
        return view.isDraining();
    }
}
