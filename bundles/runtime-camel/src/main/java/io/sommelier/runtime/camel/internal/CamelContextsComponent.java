package io.sommelier.runtime.camel.internal;

import io.sommelier.runtime.camel.CamelContexts;
import org.apache.camel.CamelContext;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.ServiceScope;

/** The {@link SingleContext} of each using bundle, as a service. Thread-safe. */
@Component(service = CamelContexts.class, scope = ServiceScope.BUNDLE)
public final class CamelContextsComponent implements CamelContexts {
    private final SingleContext single;

    /** For one using bundle. */
    @Activate
    public CamelContextsComponent(ComponentContext component) {
        single = new SingleContext(component.getUsingBundle().getSymbolicName());
    }

    /** The using bundle let go of the service. */
    @Deactivate
    void deactivate() {
        single.close();
    }

    @Override
    public CamelContext create() {
        return single.create();
    }

    @Override
    public void release(CamelContext context) {
        single.release(context);
    }
}
