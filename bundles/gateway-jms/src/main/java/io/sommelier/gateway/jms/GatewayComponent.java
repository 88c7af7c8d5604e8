package io.sommelier.gateway.jms;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.camel.SommelierComponents;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.runtime.camel.CamelContexts;
import io.sommelier.spi.LiveSettings;
import jakarta.jms.ConnectionFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The {@link JmsGateway} of this Karaf. Broker and controller come and go under it; Camel itself may not. Thread-safe. */
@Component(service = PartStatus.class, immediate = true, configurationPid = GatewaySettings.PID)
@Designate(ocd = GatewayConfiguration.class)
public final class GatewayComponent implements PartStatus {
    private final LiveSettings<GatewaySettings> settings;
    private final JmsGateway gateway;
    private ConnectionFactory connections;
    private CoreAccess core;
    private ControllerAdmin admin;
    private boolean hasBroker;

    /** Waits for a broker and a controller. */
    @Activate
    public GatewayComponent(
            @Reference CamelContexts contexts,
            @Reference SommelierComponents components,
            Map<String, Object> properties) {
        settings = new LiveSettings<>(GatewaySettings.PID, properties, GatewaySettings::read);
        gateway = new JmsGateway(contexts, components, settings.now());
        gateway.start();
    }

    /** Takes changed settings, all or none. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            gateway.settings(settings.now());
        }
    }

    /** Answers what is under way, and stops. */
    @Deactivate
    void deactivate() {
        gateway.stop();
    }

    /** A broker came. */
    @Reference(
            name = "connections",
            target = "(name=sommelier)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindConnections")
    synchronized void bindConnections(ConnectionFactory present) {
        connections = present;
        brokerChanged();
    }

    /** It goes: nothing of it is used after this. */
    synchronized void unbindConnections(ConnectionFactory gone) {
        if (connections == gone) {
            connections = null;
            brokerChanged();
        }
    }

    /** A broker came. */
    @Reference(
            name = "core",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindCore")
    synchronized void bindCore(CoreAccess present) {
        core = present;
        brokerChanged();
    }

    /** It goes: nothing of it is used after this. */
    synchronized void unbindCore(CoreAccess gone) {
        if (core == gone) {
            core = null;
            brokerChanged();
        }
    }

    private void brokerChanged() {
        if (connections != null && core != null) {
            hasBroker = true;
            gateway.broker(new Broker(connections, core));
        } else if (hasBroker) {
            hasBroker = false;
            gateway.brokerGone();
        }
    }

    /** A controller came. */
    @Reference(
            name = "admin",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindAdmin")
    synchronized void bindAdmin(ControllerAdmin present) {
        admin = present;
        gateway.controller(present);
    }

    /** It went, unless another one came before. */
    synchronized void unbindAdmin(ControllerAdmin gone) {
        if (admin == gone) {
            admin = null;
            gateway.controller(null);
        }
    }

    @Override
    public String part() {
        return "gateway.jms";
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        settings.problem().ifPresent(problems::add);
        gateway.problem().ifPresent(problems::add);
        return problems;
    }
}
