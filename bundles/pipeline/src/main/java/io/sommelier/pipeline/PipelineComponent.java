package io.sommelier.pipeline;

import io.sommelier.api.Command;
import io.sommelier.api.admin.PartStatus;
import io.sommelier.spi.Authorizer;
import io.sommelier.spi.LiveSettings;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import io.sommelier.spi.Principal;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link HandlerChain} as a service, with every handler and authorizer that is one. Thread-safe. */
@Component(
        service = {Pipeline.class, PartStatus.class},
        immediate = true,
        configurationPid = PipelineSettings.PID)
@Designate(ocd = PipelineConfiguration.class)
public final class PipelineComponent implements Pipeline, PartStatus {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineComponent.class);

    private final LiveSettings<PipelineSettings> settings;
    private final HandlerChain chain;

    /** Takes the settings. */
    @Activate
    public PipelineComponent(Map<String, Object> properties) {
        settings = new LiveSettings<>(PipelineSettings.PID, properties, PipelineSettings::read);
        chain = new HandlerChain(settings.now());
        LOG.info("waits for a controller that has commands pass");
    }

    /** Takes changed settings, all or none. */
    @Modified
    void modified(Map<String, Object> properties) {
        if (settings.change(properties)) {
            chain.settings(settings.now());
        }
    }

    /** Lets the threads end. */
    @Deactivate
    void deactivate() {
        chain.close();
    }

    /** A handler came. */
    @Reference(
            name = "handler",
            service = PipelineHandler.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindHandler",
            updated = "updatedHandler")
    void bindHandler(PipelineHandler handler, Map<String, Object> properties) {
        chain.add(handler, properties);
    }

    /** A handler's properties changed. */
    void updatedHandler(PipelineHandler handler, Map<String, Object> properties) {
        chain.add(handler, properties);
    }

    /** A handler went. */
    void unbindHandler(PipelineHandler handler) {
        chain.remove(handler);
    }

    /** An authorizer came. */
    @Reference(
            name = "authorizer",
            service = Authorizer.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "unbindAuthorizer")
    void bindAuthorizer(Authorizer authorizer) {
        chain.add(authorizer);
    }

    /** An authorizer went. */
    void unbindAuthorizer(Authorizer authorizer) {
        chain.remove(authorizer);
    }

    @Override
    public String part() {
        return "pipeline";
    }

    @Override
    public List<String> problems() {
        return settings.problem().stream().toList();
    }

    @Override
    public Run open(Command command, Principal principal, String source, End end) {
        return chain.open(command, principal, source, end);
    }
}
