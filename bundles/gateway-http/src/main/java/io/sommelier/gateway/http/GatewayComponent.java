package io.sommelier.gateway.http;

import io.sommelier.api.CommandSender;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.runtime.camel.CamelContexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
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
 * The {@link Gateway} of this Karaf: mounted on the HTTP server while there is one, whatever comes and goes behind it. The factory of Camel contexts alone may not be replaced under it, since that is Camel itself. Thread-safe.
 */
@Component(service = PartStatus.class, immediate = true, configurationPid = GatewaySettings.PID)
@Designate(ocd = GatewayConfiguration.class)
public final class GatewayComponent implements PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayComponent.class);

    private final Gateway gateway;
    private final Mount mount;
    private volatile CommandSender sender;
    private volatile ControllerAdmin admin;

    /** Waits for an HTTP server and a controller. */
    @Activate
    public GatewayComponent(@Reference CamelContexts contexts, Map<String, Object> properties) {
        gateway = new Gateway(properties);
        mount = new Mount(gateway, contexts);
        LOG.info(
                "Waits for an HTTP server to be mounted on, and for a controller; without one, commands are answered 503");
    }

    /** Takes changed settings, all or none; no request is dropped. */
    @Modified
    void modified(Map<String, Object> properties) {
        gateway.settings(properties);
    }

    /** Ends open requests and unmounts. */
    @Deactivate
    void deactivate() {
        mount.close();
        gateway.close();
    }

    /** An HTTP server came. */
    @Reference(
            name = "engine",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindEngine")
    void bindEngine(PlatformHttpEngine engine) {
        mount.use(engine);
    }

    /** It goes: what is open ends before. */
    void unbindEngine(PlatformHttpEngine engine) {
        mount.leave(engine);
    }

    /** A controller came. */
    @Reference(
            name = "sender",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindSender")
    synchronized void bindSender(CommandSender present) {
        sender = present;
        gateway.sender(present);
    }

    /** It went, unless another one came before. */
    synchronized void unbindSender(CommandSender gone) {
        if (sender == gone) {
            sender = null;
            gateway.sender(null);
        }
    }

    /** A controller can be looked at. */
    @Reference(
            name = "admin",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindAdmin")
    synchronized void bindAdmin(ControllerAdmin present) {
        admin = present;
        gateway.admin(present);
    }

    /** It went, unless another one came before. */
    synchronized void unbindAdmin(ControllerAdmin gone) {
        if (admin == gone) {
            admin = null;
            gateway.admin(null);
        }
    }

    @Override
    public String part() {
        return "gateway.http";
    }

    @Override
    public List<String> problems() {
        var problems = new ArrayList<String>();
        gateway.problem().ifPresent(problems::add);
        mount.problem().ifPresent(problems::add);
        if (sender == null) {
            problems.add("There is no controller: commands are answered 503");
        }
        return problems;
    }
}
