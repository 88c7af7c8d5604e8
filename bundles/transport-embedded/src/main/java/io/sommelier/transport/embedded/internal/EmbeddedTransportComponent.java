package io.sommelier.transport.embedded.internal;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Transport;
import io.sommelier.transport.embedded.EmbeddedSender;
import io.sommelier.transport.embedded.EmbeddedTransport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link EmbeddedTransport} as a service, with every {@link CommandHandler} service as part of a member. Thread-safe. */
@Component(
        service = {Transport.class, EmbeddedTransportComponent.class, PartStatus.class},
        immediate = true,
        configurationPid = EmbeddedSettings.PID)
@Designate(ocd = EmbeddedConfiguration.class)
public final class EmbeddedTransportComponent implements Transport, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedTransportComponent.class);

    /** What a member may take beyond the drain limit to end its threads. */
    private static final long CLOSE_GRACE_MILLIS = 2_000;

    private final LiveSettings<EmbeddedSettings> settings;
    private final EmbeddedTransport transport = new EmbeddedTransport();
    private final Whiteboard whiteboard;
    private final AtomicLong senders = new AtomicLong();

    /** Takes the settings. */
    @Activate
    public EmbeddedTransportComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(EmbeddedSettings.PID, properties, EmbeddedSettings::read);
        whiteboard = new Whiteboard(transport, settings::now);
        LOG.info("waits for a controller, and for handlers");
    }

    /** Takes changed settings, all or none. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            LOG.info("threads, queue, capacity and node hold for members and senders that come from now on");
        }
    }

    /** A handler came. */
    @Reference(
            name = "handler",
            service = CommandHandler.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindHandler",
            updated = "updatedHandler")
    void bindHandler(
            ServiceReference<CommandHandler> reference, CommandHandler handler, Map<String, Object> properties) {
        try {
            HandlerOffer offer = HandlerOffer.of(handler, properties);
            whiteboard.put(
                    reference, reference.getBundle(), reference.getBundle().getSymbolicName(), offer);
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "Handler {} of {} is not used: {}",
                    handler.getClass().getName(),
                    reference.getBundle(),
                    e.getMessage());
            await(whiteboard.remove(reference));
        }
    }

    /** A handler's properties changed. */
    void updatedHandler(
            ServiceReference<CommandHandler> reference, CommandHandler handler, Map<String, Object> properties) {
        bindHandler(reference, handler, properties);
    }

    /** A handler goes; it may not be used after this, so the commands that it has are awaited. */
    void unbindHandler(ServiceReference<CommandHandler> reference) {
        Bundle owner = reference.getBundle();
        boolean allGo = owner != null && owner.getState() == Bundle.STOPPING;
        await(allGo ? whiteboard.removeAllOf(owner) : whiteboard.remove(reference));
    }

    private void await(CompletionStage<Void> closed) {
        long millis = settings.now().drainLimit().toMillis() + CLOSE_GRACE_MILLIS;
        try {
            closed.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("a member did not end within {} ms: {}", millis, e.toString());
        }
    }

    /** A sender for a bundle, a connector of its own. */
    EmbeddedSender senderFor(String bundleName) {
        String number = "s" + senders.incrementAndGet();
        return transport.sender(Instances.name(settings.now().node(), bundleName, number));
    }

    @Override
    public String part() {
        return "transport.embedded";
    }

    @Override
    public List<String> problems() {
        return settings.problem().stream().toList();
    }

    @Override
    public String name() {
        return transport.name();
    }

    @Override
    public CompletionStage<Void> start(ChannelAcceptor acceptor) {
        return transport.start(acceptor);
    }

    @Override
    public CompletionStage<Void> stop(Duration drainLimit) {
        return transport.stop(drainLimit);
    }
}
