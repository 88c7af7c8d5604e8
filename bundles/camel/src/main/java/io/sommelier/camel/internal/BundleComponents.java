package io.sommelier.camel.internal;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.camel.SommelierComponent;
import io.sommelier.camel.SommelierComponents;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Makes components in the name of each using bundle: the sender is got, and handlers are registered, by the using bundle's own context. Thread-safe.
 */
@Component(service = SommelierComponents.class, scope = ServiceScope.BUNDLE)
public final class BundleComponents implements SommelierComponents {
    private final BundleContext user;
    private final BundleSender sender = new BundleSender();
    private ServiceReference<CommandSender> got;

    /** For one using bundle. */
    @Activate
    public BundleComponents(ComponentContext component) {
        this(component.getUsingBundle().getBundleContext());
    }

    BundleComponents(BundleContext user) {
        this.user = user;
    }

    /** A sender is there. Only the reference is taken here, since the service is to be the using bundle's. */
    @Reference(
            service = CommandSender.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindSender(ServiceReference<CommandSender> reference) {
        ServiceReference<CommandSender> before = got;
        got = reference;
        sender.present(user.getService(reference));
        if (before != null) {
            unget(before);
        }
    }

    /** That sender is gone; a better one may have been bound before. */
    synchronized void unbindSender(ServiceReference<CommandSender> reference) {
        if (reference.equals(got)) {
            got = null;
            sender.present(null);
            unget(reference);
        }
    }

    /** The using bundle let go of the service. */
    @Deactivate
    synchronized void deactivate() {
        if (got != null) {
            unbindSender(got);
        }
    }

    private void unget(ServiceReference<CommandSender> reference) {
        try {
            user.ungetService(reference);
        } catch (IllegalStateException e) {
            // the using bundle has stopped, and let go of all its services
        }
    }

    @Override
    public SommelierComponent create() {
        return new SommelierComponent(sender, this::register);
    }

    private Runnable register(String targetId, Set<String> operations, boolean isDirect, CommandHandler handler) {
        Map<String, Object> properties = Map.of(
                CommandHandler.TARGET,
                targetId,
                CommandHandler.OPERATION,
                operations.toArray(String[]::new),
                CommandHandler.EXECUTION,
                isDirect ? "direct" : "pooled");
        ServiceRegistration<CommandHandler> registration =
                user.registerService(CommandHandler.class, handler, new Hashtable<>(properties));
        return () -> {
            try {
                registration.unregister();
            } catch (IllegalStateException e) {
                // the using bundle has stopped, and its services are gone
            }
        };
    }
}
